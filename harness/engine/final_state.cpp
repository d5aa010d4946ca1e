// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/final_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/excerpt.hpp"
#include "harness/check/stuck.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/shown_values.hpp"

namespace stagger::engine {
namespace {

Value variables_of(const history::Task& task) {
    Value::Map variables;
    for (const auto& [name, value] : task.variables) variables.emplace(Value(name), value);
    return variables;
}

check::OutcomeClass class_of(const spec::Expect& expect, const std::string& outcome) {
    const auto found = expect.outcomes.find(outcome);
    if (found == expect.outcomes.end()) return check::OutcomeClass::Forbidden;
    return static_cast<check::OutcomeClass>(found->second);
}

// As an outcome is written in a spec: text without quotes.
std::string plain_text(const Value& value) {
    return value.text() != nullptr ? *value.text() : value.to_string();
}

// How the parent failed to read an object that the expression looks at; null if it did not.
const history::Call* failed_look(const history::History& history,
                                 const spec::Expression& expression) {
    const auto failed = [](const history::Call& call) {
        return call.operation == Operation::Snapshot && call.status != ResultStatus::Ok;
    };
    // Mostly none did, and then the names need not be known.
    if (std::none_of(history.calls.begin(), history.calls.end(), failed)) return nullptr;
    const auto names = spec::Evaluator::free_names(expression.source);
    if (!names) return nullptr;
    for (const history::Call& call : history.calls) {
        if (!failed(call)) continue;
        const std::string& object = history.objects[call.object].name;
        const std::string name = object.substr(0, object.find('['));
        if (std::find(names->begin(), names->end(), name) != names->end()) return &call;
    }
    return nullptr;
}

std::string reason_of(const history::History& history, const history::Call& look) {
    const std::string why = look.failure.empty() ? std::string(name(look.status)) : look.failure;
    return fmt::format("{} could not be read: {}", history.objects[look.object].name, why);
}

// A plugin that shows no content leaves nothing to expect of it: a mistake, and no verdict.
Error shows_nothing(const history::History& history, const history::Call& look,
                    const spec::Expression& expression) {
    const history::Object& object = history.objects[look.object];
    return Error{
        fmt::format("\"{}\" looks at {}, but backend {} does not show what is in it: its "
                    "plugin has no snapshot of that type",
                    expression.source, object.name, object.backend)};
}

// Whoever was killed has left no variables, so nothing can be said of them.
bool mentions_killed(const history::History& history, const spec::Expression& expression) {
    const auto dead = check::deaths(history);
    if (dead.empty()) return false;
    const auto names = spec::Evaluator::free_names(expression.source);
    return names && std::any_of(dead.begin(), dead.end(), [&](const check::Death& death) {
               const history::Task& task = history.tasks[death.task];
               return task.variables.empty() &&
                      std::find(names->begin(), names->end(), task.role) != names->end();
           });
}

}  // namespace

// worker[0].x, and worker[0][1].x for its second thread; of a role of one process also worker.x.
Value FinalState::role_value(const history::History& history, const spec::Role& role) const {
    Value::Map processes;
    for (const history::Task& task : history.tasks) {
        if (task.role != role.name) continue;
        const Value index(std::int64_t{task.index});
        Value own = variables_of(task);
        if (role.threads > 1) {
            Value& threads = processes.try_emplace(index, Value::Map{}).first->second;
            threads.map()->insert_or_assign(Value(std::int64_t{task.thread}), std::move(own));
        } else {
            processes.insert_or_assign(index, std::move(own));
        }
    }
    if (role.count == 1 && processes.size() == 1 && role.threads == 1) {
        const Value::Map single = *processes.begin()->second.map();
        for (const auto& [name, value] : single) processes.insert_or_assign(name, value);
    }
    return processes;
}

void FinalState::set_variables(const history::History& history) {
    evaluator_.clear();
    for (const auto& [name, value] : case_.params) evaluator_.set(name, value);
    for (const spec::Role& role : scenario_.roles) {
        evaluator_.set(role.name, role_value(history, role));
    }
    std::map<std::uint32_t, Value> contents;
    for (const history::Call& call : history.calls) {
        if (call.operation == Operation::Snapshot) contents[call.object] = call.result;
    }
    for (const spec::Object& object : scenario_.objects) {
        if (object.count == 0) {
            evaluator_.set(object.name, contents[object.first]);
            continue;
        }
        Value::Map elements;
        for (std::uint32_t i = 0; i < object.count; ++i) {
            elements.emplace(Value(std::int64_t{i}), contents[object.first + i]);
        }
        evaluator_.set(object.name, std::move(elements));
    }
}

Result<check::Observations> FinalState::observe(const history::History& history) {
    check::Observations observations;
    const spec::Expect& expect = case_.expect;
    if (history.ending != history::Ending::Completed) return observations;
    if (expect.final.empty() && expect.observe.empty()) return observations;
    set_variables(history);
    for (const spec::Expression& expression : expect.final) {
        if (mentions_killed(history, expression)) continue;
        if (const history::Call* look = failed_look(history, expression)) {
            if (look->status == ResultStatus::Unsupported)
                return shows_nothing(history, *look, expression);
            observations.finals.push_back({expression.source, false, reason_of(history, *look)});
            continue;
        }
        STAGGER_TRY(const Value value, evaluator_.evaluate(expression));
        if (!spec::is_truth(value)) return Error{spec::misfit(expression, "true or false", value)};
        const bool holds = value.boolean() != nullptr && *value.boolean();
        observations.finals.push_back(
            {expression.source, holds, spec::shown_values(evaluator_, expression.source)});
    }
    std::string outcome;
    std::string seen;
    for (const spec::Expression& expression : expect.observe) {
        if (mentions_killed(history, expression)) return observations;
        const history::Call* look = failed_look(history, expression);
        if (look != nullptr && look->status == ResultStatus::Unsupported)
            return shows_nothing(history, *look, expression);
        STAGGER_TRY(const Value value, evaluator_.evaluate(expression));
        outcome += (outcome.empty() ? "" : ",") + plain_text(value);
        seen +=
            fmt::format("{}{} = {}", seen.empty() ? "" : ", ", expression.source, excerpt(value));
    }
    if (!expect.observe.empty()) {
        observations.outcome_class = class_of(expect, outcome);
        observations.outcome = outcome;
        observations.seen = seen;
    }
    return observations;
}

check::Expectations expectations_of(const spec::Case& spec_case) {
    check::Expectations expectations;
    expectations.visible = spec_case.expect.visible;
    for (const std::string& name : spec_case.expect.allow) {
        if (const auto symptom = check::symptom(name)) expectations.allow.push_back(*symptom);
    }
    expectations.judge_linearizability = spec_case.expect.outcomes.empty();
    return expectations;
}

}  // namespace stagger::engine
