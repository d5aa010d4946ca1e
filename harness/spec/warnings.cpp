// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <span>

#include "harness/spec/cases.hpp"
#include "harness/spec/evaluator.hpp"
#include "harness/spec/expression.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/places.hpp"

namespace stagger::spec {

namespace {

using Visit = std::function<void(const Step&)>;

void each_step(const std::vector<Step>& steps, const Visit& visit) {
    for (const Step& step : steps) {
        visit(step);
        each_step(step.body, visit);
        each_step(step.otherwise, visit);
    }
}

std::vector<const Expression*> expressions_of(const Step& step) {
    std::vector<const Expression*> out;
    for (const auto* slot : {&step.when, &step.key, &step.value, &step.expected, &step.timeout,
                             &step.bytes, &step.condition, &step.amount, &step.object.index})
        if (*slot) out.push_back(&**slot);
    if (step.with && step.with->index) out.push_back(&*step.with->index);
    for (const auto& [name, value] : step.assignments) out.push_back(&value);
    return out;
}

// What expressions name, and the fields behind that: worker[0].x names worker and x.
void add_names(const Expression& expression, std::set<std::string>& names) {
    for (const NameUse& use : scan_expression(expression.source).names) {
        names.insert(use.name);
        for (const Access& access : use.path) names.insert(access.field);
    }
}

std::set<std::string> names_at_end(const Scenario& scenario) {
    std::set<std::string> names;
    const auto add = [&](const Expect& expect) {
        for (const auto* list : {&expect.final, &expect.observe})
            for (const Expression& expression : *list) add_names(expression, names);
        for (const auto& [object, seconds] : expect.visible) names.insert(object);
    };
    add(scenario.defaults.expect);
    for (const Case& one : scenario.cases) add(one.expect);
    return names;
}

// What steps may do to a lock that is held when they begin; several at once where they branch.
enum Ways : std::uint8_t { kReleased = 1, kHeld = 2, kUnknown = 4 };

bool unlocks(const Step& step, std::uint32_t object) {
    const bool unlock =
        step.operation == Operation::Unlock || step.operation == Operation::RwUnlock;
    return step.kind == StepKind::Operation && unlock && step.object.object == object;
}

std::uint8_t ways_of(std::span<const Step> steps, std::uint32_t object);

std::uint8_t ways_of_step(const Step& step, std::uint32_t object) {
    std::uint8_t ways = kHeld;
    if (unlocks(step, object)) ways = kReleased;
    if (step.kind == StepKind::If)
        ways = ways_of(step.body, object) | ways_of(step.otherwise, object);
    if (step.kind == StepKind::Section || step.kind == StepKind::AsOne)
        ways = ways_of(step.body, object);
    const bool loop = step.kind == StepKind::Repeat || step.kind == StepKind::While;
    if (loop) ways = ways_of(step.body, object);
    // How often a loop runs, and whether a condition goes with that of the lock, is not known here.
    return (loop || step.when) && ways != kHeld ? static_cast<std::uint8_t>(kUnknown) : ways;
}

std::uint8_t ways_of(std::span<const Step> steps, std::uint32_t object) {
    std::uint8_t ways = 0;
    for (const Step& step : steps) {
        const std::uint8_t more = ways_of_step(step, object);
        ways |= more & static_cast<std::uint8_t>(kReleased | kUnknown);
        if ((more & kHeld) == 0) return ways;
    }
    return ways | kHeld;
}

class Reader {
public:
    explicit Reader(const Scenario& scenario)
        : scenario_(scenario), at_end_(names_at_end(scenario)) {
        for (const Role& role : scenario.roles)
            each_step(role.steps, [&](const Step& step) { note(step); });
    }

    std::vector<Warning> read() {
        look_for_idle_objects();
        look_for_idle_params();
        look_for_idle_options();
        for (const Role& role : scenario_.roles) {
            look_for_idle_variables(role);
            look_for_dead_steps(role);
            look_for_locks(role);
        }
        look_for_lonely_ends();
        look_for_vain_finds();
        std::stable_sort(found_.begin(), found_.end(), [](const Warning& a, const Warning& b) {
            return std::pair(a.position.line, a.position.column) <
                   std::pair(b.position.line, b.position.column);
        });
        return std::move(found_);
    }

private:
    void note(const Step& step) {
        kinds_.insert(step.kind);
        for (const Expression* expression : expressions_of(step)) add_names(*expression, in_steps_);
        if (step.kind != StepKind::Operation) return;
        operations_[step.object.object].insert(step.operation);
        used_.insert(step.object.object);
        types_.insert(scenario_.objects[step.object.object].type);
        if (step.with) used_.insert(step.with->object);
    }

    void warn(Position position, std::string message, std::string hint = "") {
        found_.push_back({position, std::move(message), std::move(hint)});
    }

    void look_for_idle_objects() {
        for (std::uint32_t i = 0; i < scenario_.objects.size(); ++i) {
            const Object& object = scenario_.objects[i];
            if (used_.contains(i) || object.type == ObjectType::Actor) continue;
            warn(object.position, fmt::format("no step uses the object \"{}\"", object.name),
                 at_end_.contains(object.name) ? "the end is as the beginning: `initial`" : "");
        }
    }

    void look_for_idle_params() {
        for (const auto& param : scenario_.params) {
            const std::string& name = param.first;
            const bool counts =
                std::any_of(scenario_.roles.begin(), scenario_.roles.end(),
                            [&](const Role& role) { return role.count_param == name; });
            if (!counts && !in_steps_.contains(name) && !at_end_.contains(name))
                warn(place_of_param(scenario_, name),
                     fmt::format("nothing uses the parameter \"{}\"", name),
                     "cases that differ in it alone are the same");
        }
    }

    // The file's own options of a backend that no case is on. In a case they are an error.
    void look_for_idle_options() {
        std::set<std::string> used;
        for (const Case& one : scenario_.cases) used.merge(backends_of(one));
        for (const auto& [backend, options] : scenario_.defaults.options)
            if (!backend.empty() && !used.contains(backend))
                warn(place_of_options(scenario_, backend),
                     fmt::format("no case is on the backend \"{}\"", backend),
                     "its options count only where `--backend` asks for it");
    }

    // A result may be taken only to be shown in findings, and a literal be set only for there to be
    // a step; what `let` computes from other things is for somebody.
    void look_for_idle_variables(const Role& role) {
        std::set<std::string> said;
        each_step(role.steps, [&](const Step& step) {
            for (const auto& [name, value] : step.assignments) {
                const bool computed = !scan_expression(value.source).names.empty();
                if (computed && !in_steps_.contains(name) && !at_end_.contains(name) &&
                    said.insert(name).second)
                    warn(value.position, fmt::format("nothing uses the variable \"{}\"", name));
            }
        });
    }

    // Steps whose `when` needs nothing but parameters, and is false in all cases.
    void look_for_dead_steps(const Role& role) {
        each_step(role.steps, [&](const Step& step) {
            if (!step.when || !needs_only_params(*step.when)) return;
            const bool never =
                std::all_of(scenario_.cases.begin(), scenario_.cases.end(),
                            [&](const Case& one) { return is_false(*step.when, one.params); });
            if (never && !scenario_.cases.empty())
                warn(step.when->position,
                     fmt::format("\"{}\" never runs: this is false in every case", step.label));
        });
        const bool idle = std::all_of(role.steps.begin(), role.steps.end(), [&](const Step& step) {
            return step.when && needs_only_params(*step.when) &&
                   std::all_of(scenario_.cases.begin(), scenario_.cases.end(),
                               [&](const Case& one) { return is_false(*step.when, one.params); });
        });
        if (idle && !role.steps.empty() && !scenario_.cases.empty())
            warn(role.position, fmt::format("{} does nothing in any case", role.name));
    }

    bool needs_only_params(const Expression& expression) const {
        const ScannedExpression scanned = scan_expression(expression.source);
        return !scanned.calls &&
               std::all_of(scanned.names.begin(), scanned.names.end(),
                           [&](const NameUse& use) { return scenario_.params.contains(use.name); });
    }

    bool is_false(const Expression& expression, const std::map<std::string, Value>& params) {
        for (const auto& [name, value] : params) lua_.set(name, value);
        const Result<Value> value = lua_.evaluate(expression);
        return value && (value->is_nil() || *value == Value(false));
    }

    // Who locks and has no step to unlock, or the other way round. With arrays and conditions it
    // may be right all the same; without any step it never is.
    void look_for_locks(const Role& role) {
        std::map<std::uint32_t, const Step*> locks, unlocks;
        each_step(role.steps, [&](const Step& step) {
            if (step.kind != StepKind::Operation) return;
            if (step.operation == Operation::Lock || step.operation == Operation::RwLock)
                locks.emplace(step.object.object, &step);
            if (step.operation == Operation::Unlock || step.operation == Operation::RwUnlock)
                unlocks.emplace(step.object.object, &step);
        });
        for (const auto& [object, step] : locks)
            if (!unlocks.contains(object))
                warn(step->position, fmt::format("{} locks {} and has no step that unlocks it",
                                                 role.name, scenario_.objects[object].name));
        for (const auto& [object, step] : unlocks)
            if (!locks.contains(object))
                warn(step->position, fmt::format("{} unlocks {} and has no step that locks it",
                                                 role.name, scenario_.objects[object].name));
        look_for_forgetful_branches(role);
    }

    // A lock that is surely taken, and released in one branch and not in the other.
    void look_for_forgetful_branches(const Role& role) {
        const std::span<const Step> steps(role.steps);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const Step& step = steps[i];
            const bool lock =
                step.operation == Operation::Lock || step.operation == Operation::RwLock;
            const bool sure = !step.when && !step.timeout && step.how.empty() && !step.object.index;
            if (step.kind != StepKind::Operation || !lock || !sure) continue;
            if (ways_of(steps.subspan(i + 1), step.object.object) == (kReleased | kHeld))
                warn(step.position,
                     fmt::format("{} locks {} here, and does not unlock it on every path",
                                 role.name, scenario_.objects[step.object.object].name),
                     "an `if` behind it unlocks in one branch, and not in the other");
        }
    }

    // Objects of which one end is used, and the other end by nobody.
    void look_for_lonely_ends() {
        struct Ends {
            Operation one, other;
            std::string_view hint;
        };
        constexpr Ends kEnds[] = {
            {Operation::Take, Operation::Put, "whoever takes from it waits for ever"},
            {Operation::EventWait, Operation::EventSet, "whoever waits for it waits for ever"},
            {Operation::Receive, Operation::Publish, "whoever receives waits for ever"},
            {Operation::Receive, Operation::Subscribe, "who has not subscribed is owed nothing"},
            {Operation::Call, Operation::Serve, "whoever calls waits for ever"},
            {Operation::Serve, Operation::Reply, "whoever calls waits for ever"},
            {Operation::StreamRead, Operation::StreamWrite, "whoever reads waits for ever"},
        };
        for (const auto& [index, operations] : operations_) {
            const Object& object = scenario_.objects[index];
            const bool begun = !object.initial.is_nil();
            for (const Ends& ends : kEnds)
                if (operations.contains(ends.one) && !operations.contains(ends.other) && !begun)
                    warn(object.position,
                         fmt::format("no step does \"{}\" on {}, where others do \"{}\"",
                                     name(ends.other), object.name, name(ends.one)),
                         std::string(ends.hint));
        }
    }

    // What a case must find, and no oracle can give for it.
    void look_for_vain_finds() {
        std::set<std::pair<std::uint32_t, std::string>> said;
        for (const Case& one : scenario_.cases)
            for (const std::string& symptom : one.finds) {
                const std::string why = why_never(symptom, one);
                if (!why.empty() && said.emplace(one.position.line, symptom).second)
                    warn(place_of_finds(scenario_, one, symptom),
                         fmt::format("\"{}\" is never found here: {}", symptom, why));
            }
    }

    bool any_of(std::initializer_list<ObjectType> types) const {
        return std::any_of(types.begin(), types.end(),
                           [&](ObjectType type) { return types_.contains(type); });
    }

    std::string why_never(std::string_view symptom, const Case& one) const {
        const auto& allowed = one.expect.allow;
        if (std::find(allowed.begin(), allowed.end(), symptom) != allowed.end())
            return "`allow` drops it before judging";
        if (symptom == "data-race") return "no oracle judges it by itself";
        if (symptom == "final-state" && one.expect.final.empty()) return "there is no `final`";
        if (symptom == "forbidden-outcome" && one.expect.observe.empty())
            return "there is no `observe`";
        if (symptom == "assertion" && !kinds_.contains(StepKind::Assert))
            return "there is no `assert`";
        if (symptom == "not-serializable" && !kinds_.contains(StepKind::AsOne))
            return "there is no `as_one`";
        if (symptom == "not-linearizable" && !one.expect.observe.empty())
            return "with `observe`, linearizability is not judged";
        if (symptom == "mutual-exclusion" && !kinds_.contains(StepKind::Section) &&
            !any_of({ObjectType::Mutex, ObjectType::RwLock, ObjectType::Semaphore}))
            return "there is neither a lock nor a `section`";
        if (symptom.ends_with("-message") &&
            !any_of({ObjectType::Queue, ObjectType::Stream, ObjectType::Topic, ObjectType::Rpc}))
            return "nothing here carries messages: no queue, stream, topic or rpc is used";
        return "";
    }

    const Scenario& scenario_;
    const std::set<std::string> at_end_;
    std::set<std::string> in_steps_;
    std::set<StepKind> kinds_;
    std::set<ObjectType> types_;                               // of objects that steps use
    std::set<std::uint32_t> used_;                             // objects
    std::map<std::uint32_t, std::set<Operation>> operations_;  // by object
    Evaluator lua_;
    std::vector<Warning> found_;
};

}  // namespace

std::vector<Warning> warnings_about(const Scenario& scenario) {
    return Reader(scenario).read();
}

std::string render_warning(const Scenario& scenario, const Warning& warning) {
    std::string text =
        render_problem(scenario.path, warning.position, warning.message, warning.hint,
                       line_at(scenario.source, warning.position.line));
    const std::string error = ": error: ";
    text.replace(text.find(error, scenario.path.size()), error.size(), ": warning: ");
    return text;
}

}  // namespace stagger::spec
