// SPDX-License-Identifier: Apache-2.0
//
// [[case]]: every choice of backend, parameters and options that one table stands for.
#include "harness/spec/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

// One of a case's choices of backends.
struct Backends {
    std::string label;  // "shm", "n=shm,m=file"
    std::string all;    // "" if each object names its own
    std::map<std::string, std::string> objects;

    bool use(const std::string& name) const {
        if (name.empty() || name == all) return true;
        return std::any_of(objects.begin(), objects.end(),
                           [&](const auto& one) { return one.second == name; });
    }
};

// One thing that a case sets: a parameter, an option of one backend or of all (""), or a fault.
struct Axis {
    enum class Of { Params, Options, Faults };
    Of of = Of::Params;
    std::string backend;
    std::string name;
    std::vector<Value> values;

    std::string label() const { return backend.empty() ? name : backend + "." + name; }
};

using Options = std::map<std::string, std::map<std::string, std::string>>;

// From options of "" (every backend) and of some, to all that each backend in use is given.
Options options_of(const Options& given, const std::set<std::string>& used) {
    Options out;
    for (const std::string& backend : used)
        for (const std::string& source : {backend, std::string()})
            if (const auto found = given.find(source); found != given.end())
                for (const auto& [name, value] : found->second) out[backend].emplace(name, value);
    return out;
}

// As a backend gets it: "spin", "8", "true".
std::string option_text(const Value& value) {
    return value.text() ? *value.text() : value.to_string();
}

class CaseReader {
public:
    CaseReader(Builder& builder, std::set<std::string>& ids) : builder_(builder), ids_(ids) {}

    void read(const Node& node) {
        const auto* entries = read_table(node, "a case", problems());
        if (!entries) return;
        check_keys(*entries, Part::Case, "a case", problems());
        base_ = builder_.scenario.defaults;
        base_.position = node.position;
        if (const Entry* entry = node.find("expect"))
            read_expect(entry->value, base_.expect, builder_);
        if (const Entry* entry = node.find("explore"))
            read_explore(entry->value, base_.explore, builder_);
        if (const Entry* entry = node.find("finds")) base_.finds = read_symptoms(*entry, builder_);
        if (const Entry* entry = node.find("params")) read_case_params(entry->value);
        if (const Entry* entry = node.find("options")) read_case_options(entry->value, "");
        if (const Entry* entry = node.find("faults")) read_case_faults(entry->value);
        if (const Entry* entry = node.find("backend"))
            read_backends(*entry);
        else
            problems().add(node.position, "a case needs a `backend`",
                           fmt::format("backend = \"shm\", or several: [\"{}\"]",
                                       fmt::join(built_in_backends(), "\", \"")));
        if (const Entry* entry = node.find("options")) check_option_tables(entry->value);
        if (problems().none()) check_outcomes(base_.expect, node.position, builder_);
        if (problems().none()) expand();
    }

    // Options at file level are no matrix: a case's id says what the case itself chooses.
    void read_defaults(const Node& node) {
        read_case_options(node, "");
        for (const Axis& axis : axes_) {
            if (axis.values.size() == 1)
                apply(axis, axis.values[0], builder_.scenario.defaults);
            else
                problems().add(node.position,
                               fmt::format("{} is given several values for the whole file",
                                           quoted(axis.label())),
                               "a list belongs into the `options` of a [[case]]");
        }
    }

private:
    Problems& problems() { return builder_.problems; }

    void read_case_params(const Node& node) {
        const auto* entries = read_table(node, "`params`", problems());
        if (!entries) return;
        for (const Entry& entry : *entries) {
            if (problems().full()) return;
            const auto original = builder_.scenario.params.find(entry.key);
            if (original == builder_.scenario.params.end()) {
                problems().add(entry.position,
                               fmt::format("there is no parameter {}{}", quoted(entry.key),
                                           did_you_mean(entry.key, builder_.param_names())),
                               "[params] at the top of the file declares them");
                continue;
            }
            Axis axis{Axis::Of::Params, "", entry.key, {}};
            for (const Node* node_of_value : values_of(entry)) {
                auto value = read_literal(*node_of_value, problems());
                if (!value) continue;
                check_kind(entry, original->second, *value, node_of_value->position);
                axis.values.push_back(std::move(*value));
            }
            axes_.push_back(std::move(axis));
        }
    }

    void check_kind(const Entry& entry, const Value& original, const Value& given, Position at) {
        if (same_kind(original, given)) return;
        problems().add(at,
                       fmt::format("parameter {} is {}, this is {}", quoted(entry.key),
                                   kind_name(original), kind_name(given)),
                       original.list() ? "here an array means one case for each of its items: "
                                         "write a list as [[1, 2]]"
                                       : "");
    }

    // The items of an array, one case for each; or the value itself.
    std::vector<const Node*> values_of(const Entry& entry) {
        if (!entry.value.items()) return {&entry.value};
        std::vector<const Node*> nodes;
        for (const Node& item : *entry.value.items()) nodes.push_back(&item);
        if (nodes.empty()) problems().add(entry.value.position, "this list makes no case at all");
        return nodes;
    }

    // options = { lock = "spin" }, or for one of several backends: { shm = { lock = "spin" } }
    void read_case_options(const Node& node, const std::string& backend) {
        const auto* entries = read_table(node, "`options`", problems());
        if (!entries) return;
        for (const Entry& entry : *entries) {
            if (entry.value.entries() && backend.empty()) {
                read_case_options(entry.value, entry.key);
                continue;
            }
            Axis axis{Axis::Of::Options, backend, entry.key, {}};
            for (const Node* node_of_value : values_of(entry))
                if (auto value = read_option(entry.key, backend, *node_of_value))
                    axis.values.push_back(std::move(*value));
            axes_.push_back(std::move(axis));
        }
    }

    // Options of a backend that the case is not on would be left out without a word.
    void check_option_tables(const Node& options) {
        if (!options.entries() || backends_.empty()) return;
        std::vector<std::string> used;
        for (const Backends& choice : backends_) {
            if (!choice.all.empty()) used.push_back(choice.all);
            for (const auto& one : choice.objects) used.push_back(one.second);
        }
        for (const Entry& entry : *options.entries())
            if (entry.value.entries() &&
                std::find(used.begin(), used.end(), entry.key) == used.end())
                problems().add(entry.position,
                               fmt::format("this case is not on a backend {}{}", quoted(entry.key),
                                           did_you_mean(entry.key, used)),
                               "options = { lock = \"spin\" }, or of one of several backends: "
                               "{ shm = { lock = \"spin\" } }");
    }

    // faults = { kill = "owner" }; of several victims at once, as in [["owner", "worker"]].
    void read_case_faults(const Node& node) {
        const auto* entries = read_fault_entries(node, builder_);
        if (!entries) return;
        for (const Entry& entry : *entries) {
            Axis axis{Axis::Of::Faults, "", entry.key, {}};
            for (const Node* node_of_value : values_of(entry))
                if (auto value = read_fault(entry.key, *node_of_value, builder_))
                    axis.values.push_back(std::move(*value));
            axes_.push_back(std::move(axis));
        }
    }

    std::optional<Value> read_option(const std::string& name, const std::string& backend,
                                     const Node& node) {
        auto value = read_literal(node, problems());
        if (!value) return value;
        if (value->list() || value->map()) {
            problems().add(node.position, "an option is text, a number or a boolean");
            return std::nullopt;
        }
        const bool libc = name == "libc" && backend.empty();
        if (libc && *value != Value("real") && *value != Value("modelled")) {
            problems().add(node.position, "the option \"libc\" is \"real\" or \"modelled\"");
            return std::nullopt;
        }
        return value;
    }

    void read_backends(const Entry& entry) {
        for (const Node* node : values_of(entry)) {
            if (node->entries())
                read_object_backends(*node);
            else if (auto name = read_text({entry.key, node->position, *node}, problems()))
                if (check_backend_name(*name, node->position))
                    backends_.push_back({*name, *name, {}});
        }
    }

    bool check_backend_name(const std::string& name, Position position) {
        const bool good = std::all_of(name.begin(), name.end(), [](char c) {
            return c == '_' || c == '-' || c == '.' || std::isalnum(static_cast<unsigned char>(c));
        });
        if (!good)
            problems().add(position,
                           fmt::format("{} cannot be the name of a backend", quoted(name)));
        return good;
    }

    // backend = { n = "shm", m = "file" }
    void read_object_backends(const Node& node) {
        Backends choice;
        for (const Entry& entry : *node.entries()) {
            if (!builder_.find_object(entry.key))
                problems().add(entry.position,
                               fmt::format("there is no object {}{}", quoted(entry.key),
                                           did_you_mean(entry.key, builder_.object_names())));
            if (auto name = read_text(entry, problems()))
                if (check_backend_name(*name, entry.value.position))
                    choice.objects[entry.key] = *name;
        }
        for (const Object& object : builder_.scenario.objects) {
            const auto found = choice.objects.find(object.name);
            if (found == choice.objects.end()) {
                problems().add(node.position,
                               fmt::format("which backend has {}? Every object must be named here",
                                           quoted(object.name)));
                return;
            }
            choice.label += (choice.label.empty() ? "" : ",") + object.name + "=" + found->second;
        }
        backends_.push_back(std::move(choice));
    }

    // A parameter may be called as a fault is.
    std::string label_of(const Axis& axis) const {
        const bool twice =
            axis.of == Axis::Of::Faults &&
            builder_.scenario.params.find(axis.name) != builder_.scenario.params.end();
        return (twice ? "faults." : "") + axis.label();
    }

    void apply(const Axis& axis, const Value& value, Case& to) const {
        if (axis.of == Axis::Of::Params)
            to.params[axis.name] = value;
        else if (axis.of == Axis::Of::Faults)
            set_fault(axis.name, value, to.faults);
        else if (axis.name == "libc" && axis.backend.empty())
            to.real_libc = value == Value("real");
        else
            to.options[axis.backend][axis.name] = option_text(value);
    }

    void expand() {
        for (const Backends& backends : backends_) {
            std::vector<const Axis*> axes;
            std::uint64_t combinations = 1;
            for (const Axis& axis : axes_) {
                if (!backends.use(axis.backend)) continue;
                axes.push_back(&axis);
                combinations *= axis.values.size();
                if (builder_.scenario.cases.size() + combinations > most_cases()) break;
            }
            if (builder_.scenario.cases.size() + combinations > most_cases()) {
                problems().add(
                    base_.position,
                    fmt::format(
                        "more than {} cases{}", most_cases(),
                        most_cases() < kMaxCases ? ", the most for a file of this size" : ""),
                    "shorten the lists under `params` and `options`");
                return;
            }
            for (std::uint64_t i = 0; i < combinations; ++i) add_case(backends, axes, i);
        }
    }

    std::size_t most_cases() const {
        const std::size_t bytes = std::max<std::size_t>(builder_.scenario.source.size(), 1);
        return std::min<std::size_t>(kMaxCases, kMaxCaseBytes / bytes);
    }

    // `number` counts through all combinations, the last axis fastest.
    void add_case(const Backends& backends, const std::vector<const Axis*>& axes,
                  std::uint64_t number) {
        Case made = base_;
        std::map<std::string, std::string> settings;
        for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
            const Value& value = (*axis)->values[number % (*axis)->values.size()];
            number /= (*axis)->values.size();
            apply(**axis, value, made);
            settings[label_of(**axis)] = setting_text(value);
        }
        made.backend = backends.all;
        made.object_backends = backends.objects;
        std::set<std::string> used;
        if (!backends.all.empty()) used.insert(backends.all);
        for (const auto& [object, backend] : backends.objects) used.insert(backend);
        made.options = options_of(made.options, used);
        made.id = case_id(builder_.scenario.name, backends.label, settings);
        if (!ids_.insert(made.id).second)
            problems().add(base_.position, fmt::format("there are two cases {}", quoted(made.id)),
                           "a case differs in its backend, params, options or faults");
        if (const auto problem = problem_of_counts(builder_.scenario, made.params))
            problems().add(base_.position,
                           fmt::format("in the case {}: {}", quoted(made.id), problem->message),
                           problem->hint);
        if (const auto problem =
                problem_of_faults(builder_.scenario, made.faults, made.params, made.explore.mode))
            problems().add(base_.position,
                           fmt::format("in the case {}: {}", quoted(made.id), problem->message),
                           problem->hint);
        builder_.scenario.cases.push_back(std::move(made));
    }

    Builder& builder_;
    std::set<std::string>& ids_;
    Case base_;
    std::vector<Axis> axes_;
    std::vector<Backends> backends_;
};

}  // namespace

std::string setting_text(const Value& value) {
    if (value.text()) {
        const std::string& text = *value.text();
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
            return std::string_view("_-.+:[]").find(c) != std::string_view::npos ||
                   std::isalnum(static_cast<unsigned char>(c));
        });
        if (plain && !text.empty()) return text;
    }
    return value.to_string();
}

std::string case_id(const std::string& scenario, const std::string& backends,
                    const std::map<std::string, std::string>& settings) {
    std::string id = scenario + "/" + backends;
    for (const auto& [name, value] : settings)
        id += fmt::format("{}{}={}", &name == &settings.begin()->first ? "/" : ",", name, value);
    return id;
}

Case case_on(const CaseDefaults& defaults, const std::string& backend) {
    Case made = defaults;
    made.backend = backend;
    made.options = options_of(defaults.options, {backend});
    return made;
}

void read_cases(const Node* cases, Builder& builder) {
    std::set<std::string> ids;
    if (!cases) {
        for (const std::string& backend : built_in_backends()) {
            Case made = case_on(builder.scenario.defaults, backend);
            made.id = case_id(builder.scenario.name, backend, {});
            builder.scenario.cases.push_back(std::move(made));
        }
        return;
    }
    if (!cases->items()) {
        builder.problems.add(cases->position, "cases are written [[case]], with two brackets");
        return;
    }
    for (const Node& node : *cases->items()) {
        if (builder.problems.full()) return;
        CaseReader(builder, ids).read(node);
    }
}

void read_default_options(const Node& node, Builder& builder) {
    std::set<std::string> ids;
    CaseReader(builder, ids).read_defaults(node);
}

}  // namespace stagger::spec
