// SPDX-License-Identifier: Apache-2.0
//
// The parts of steps: objects, arguments, results, and the bodies of control steps.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/spec/step_reader.hpp"

namespace stagger::spec {

namespace {

struct Argument {
    std::uint8_t bit;
    std::string_view key;
    std::optional<Expression> Step::*slot;
};

constexpr std::array<Argument, 3> kArguments = {{{kKey, "key", &Step::key},
                                                 {kValue, "value", &Step::value},
                                                 {kExpected, "expected", &Step::expected}}};

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

// "n" or "fork[self]"
std::optional<ObjectReference> StepReader::read_reference(const Entry& entry) {
    const auto text = read_text(entry, builder_.problems);
    if (!text) return std::nullopt;
    const std::size_t bracket = text->find('[');
    const std::string wanted = trimmed(text->substr(0, bracket));
    const Object* object = builder_.find_object(wanted);
    if (!object) {
        builder_.problems.add(
            entry.value.position,
            fmt::format("there is no object {}{}", quoted(wanted),
                        did_you_mean(wanted, builder_.object_names())),
            builder_.scenario.objects.empty()
                ? "objects are declared under [objects]"
                : fmt::format("the objects are {}", fmt::join(builder_.object_names(), ", ")));
        return std::nullopt;
    }
    ObjectReference reference;
    reference.object = static_cast<std::uint32_t>(object - builder_.scenario.objects.data());
    if (object->count == 0 && bracket != std::string::npos) {
        builder_.problems.add(entry.value.position,
                              fmt::format("{} is one object, no array", object->name),
                              "`count` in its declaration makes it one");
        return std::nullopt;
    }
    if (object->count > 0) {
        reference.index = read_index(*text, *object, entry);
        if (!reference.index) return std::nullopt;
    }
    return reference;
}

std::optional<Expression> StepReader::read_index(const std::string& text, const Object& object,
                                                 const Entry& entry) {
    const std::size_t bracket = text.find('[');
    const std::size_t last = text.find_last_not_of(" \t");
    if (bracket == std::string::npos || text[last] != ']') {
        builder_.problems.add(
            entry.value.position,
            fmt::format("{} is an array of {}: which one?", object.name, object.count),
            fmt::format("{} = \"{}[self]\"", entry.key, object.name));
        return std::nullopt;
    }
    const std::string index = text.substr(bracket + 1, last - bracket - 1);
    const Position position = builder_.problems.inside(entry.value.position, bracket + 1, index);
    const bool literal = !index.empty() && index.size() < 10 &&
                         index.find_first_not_of("0123456789") == std::string::npos;
    if (literal && std::stoul(index) >= object.count) {
        builder_.problems.add(position, fmt::format("there is no {}[{}]: they are 0 to {}",
                                                    object.name, index, object.count - 1));
        return std::nullopt;
    }
    auto expression = read_lua(index, position, builder_);
    if (expression) note_index(*expression, object);
    return expression;
}

// An index that only self, thread and parameters decide can be judged before anything runs.
void StepReader::note_index(const Expression& index, const Object& object) {
    const ScannedExpression scanned = scan_expression(index.source);
    const auto fixed = [&](const NameUse& use) {
        return use.name == "self" || use.name == "thread" ||
               builder_.scenario.params.contains(use.name);
    };
    if (doubts_ > 0 || scanned.calls ||
        !std::all_of(scanned.names.begin(), scanned.names.end(), fixed))
        return;
    builder_.indices.push_back(
        {index, static_cast<std::uint32_t>(&object - builder_.scenario.objects.data()), role_});
}

void StepReader::read_operation(const Entry& entry, const Node::Entries& entries, Step& step) {
    const auto reference = read_reference(entry);
    if (!reference) return;
    step.object = *reference;
    const Object& object = builder_.scenario.objects[step.object.object];
    const OperationInfo* info = find_operation(object.type, entry.key);
    if (builder_.untyped.contains(object.name)) return;
    if (!info) return complain_about_lacking(object, entry);
    step.operation = info->operation;
    step.label = fmt::format("{} {}", entry.key, trimmed(*entry.value.text()));

    const bool list_in_map = object.type == ObjectType::Map && info->type == ObjectType::List;
    std::vector<std::string_view> keys{entry.key, "into"};
    for (const Argument& argument : kArguments)
        if (info->arguments & argument.bit) keys.push_back(argument.key);
    if (list_in_map) keys.push_back("key");
    if (info->arguments & kTimeout) keys.push_back("timeout");
    if (info->arguments & kWith) keys.push_back("with");
    if (info->arguments & kBytes) keys.push_back("bytes");
    check_step_keys(entries, keys, entry.key);
    read_arguments(*info, list_in_map, step);
    read_into(*info, step);
}

void StepReader::read_arguments(const OperationInfo& info, bool list_in_map, Step& step) {
    const auto missing = [&](std::string_view key, std::string_view example) {
        builder_.problems.add(step.position, fmt::format("{} needs `{}`", quoted(info.key), key),
                              fmt::format("{} = {}", key, example));
    };
    for (const Argument& argument : kArguments) {
        const bool wanted =
            (info.arguments & argument.bit) || (list_in_map && argument.bit == kKey);
        if (!wanted) continue;
        // Marked bytes stand for a value.
        const bool replaced =
            (info.arguments & kBytes) && argument.bit == kValue && table_->find("bytes");
        if (const Entry* entry = table_->find(argument.key))
            step.*argument.slot = read_expression(*entry, builder_);
        else if (!replaced)
            missing(argument.key, argument.bit == kKey ? "\"'a'\"" : "\"x + 1\"");
    }
    if (info.arguments & kTimeout)
        if (const Entry* entry = table_->find("timeout"))
            step.timeout = read_time(*entry, builder_);
    if (info.arguments & kBytes) read_bytes(info, step);
    if (!(info.arguments & kWith)) return;
    const Entry* entry = table_->find("with");
    if (!entry) return missing("with", "\"m\", a mutex that the caller holds");
    step.with = read_reference(*entry);
    if (!step.with) return;
    const Object& mutex = builder_.scenario.objects[step.with->object];
    if (mutex.type != ObjectType::Mutex && !builder_.untyped.contains(mutex.name))
        builder_.problems.add(entry->value.position, fmt::format("`with` names a mutex; {} is a {}",
                                                                 mutex.name, name(mutex.type)));
}

void StepReader::read_bytes(const OperationInfo& info, Step& step) {
    const Entry* entry = table_->find("bytes");
    if (!entry) return;
    if (step.value)
        builder_.problems.add(
            entry->position, fmt::format("{} takes `value` or `bytes`, not both", quoted(info.key)),
            "bytes = 5000 writes that many, marked with who wrote them and where");
    const auto most = static_cast<std::int64_t>(key_of(Part::Step, "bytes").most);
    const bool number =
        entry->value.integer() && *entry->value.integer() >= 1 && *entry->value.integer() <= most;
    if (entry->value.text() || number)
        step.bytes = read_expression(*entry, builder_);
    else
        builder_.problems.add(entry->value.position,
                              fmt::format("`bytes` is a whole number from 1 to {}", most));
}

// { actor = "walk", value = "x", into = "r" }: a function that a plugin exports by name. To the
// rest of Stagger it is an object of its own, which nobody declares.
void StepReader::read_actor(const Entry& entry, const Node::Entries& entries, Step& step) {
    check_step_keys(entries, {"actor", "value", "timeout", "into"}, "actor");
    const auto actor = find_actor(entry);
    if (!actor) return;
    step.object.object = *actor;
    step.operation = Operation::Run;
    step.label = "actor " + *entry.value.text();
    if (const Entry* value = table_->find("value")) step.value = read_expression(*value, builder_);
    if (const Entry* timeout = table_->find("timeout"))
        step.timeout = read_time(*timeout, builder_);
    read_into(info(Operation::Run), step);
}

std::optional<std::uint32_t> StepReader::find_actor(const Entry& entry) {
    const auto text = read_text(entry, builder_.problems);
    if (!text) return std::nullopt;
    auto& objects = builder_.scenario.objects;
    const Object* known = builder_.find_object(*text);
    if (known && known->type == ObjectType::Actor)
        return static_cast<std::uint32_t>(known - objects.data());
    if (!check_name(*text, "an actor", entry.value.position, builder_)) return std::nullopt;
    Object actor;
    actor.name = *text;
    actor.type = ObjectType::Actor;
    actor.position = entry.value.position;
    actor.first = builder_.scenario.flat_object_count();
    objects.push_back(std::move(actor));
    return static_cast<std::uint32_t>(objects.size() - 1);
}

// into = "v" or into = ["v", "how"]
void StepReader::read_into(const OperationInfo& info, Step& step) {
    const Entry* entry = table_->find("into");
    if (!entry) return;
    if (const auto* items = entry->value.items()) {
        if (items->size() != 2) {
            builder_.problems.add(entry->value.position,
                                  "`into` takes one variable, or two: for the result and for how "
                                  "it went",
                                  "into = [\"v\", \"how\"]");
            return;
        }
        step.into = read_variable((*items)[0]);
        step.how = read_variable((*items)[1]);
        return;
    }
    if (!info.gives_result) {
        builder_.problems.add(entry->position, fmt::format("{} has no result", quoted(info.key)),
                              "into = [\"_\", \"how\"] takes how it went");
        return;
    }
    step.into = read_variable(entry->value);
}

std::string StepReader::read_variable(const Node& node) {
    if (!node.text()) {
        builder_.problems.add(node.position, fmt::format("the name of a variable must stand here, "
                                                         "in quotes; this is {}",
                                                         node.kind_name()));
        return "";
    }
    return check_name(*node.text(), "a variable", node.position, builder_) ? *node.text() : "";
}

void StepReader::read_let(const Entry& entry, Step& step) {
    const auto* entries = read_table(entry.value, "`let`", builder_.problems);
    if (!entries) return;
    if (entries->empty()) builder_.problems.add(entry.value.position, "`let` sets nothing");
    for (const Entry& assignment : *entries) {
        const bool named = check_name(assignment.key, "a variable", assignment.position, builder_);
        auto value = read_expression(assignment, builder_);
        if (named && value) step.assignments.emplace_back(assignment.key, std::move(*value));
    }
    step.label = entries->empty() ? "let" : "let " + entries->front().key;
}

void StepReader::read_condition(const Entry& entry, Step& step) {
    step.condition = read_truth(entry, builder_);
}

void StepReader::read_amount(const Entry& entry, Step& step) {
    step.amount =
        step.kind == StepKind::Sleep ? read_time(entry, builder_) : read_rounds(entry, builder_);
}

void StepReader::read_break(const Entry& entry, Step&) {
    if (!entry.value.boolean() || !*entry.value.boolean())
        builder_.problems.add(entry.value.position, "`break` is written { break = true }",
                              "a condition goes into `when`");
    if (loops_ == 0)
        builder_.problems.add(entry.position, "`break` outside of a loop",
                              "it leaves the innermost `repeat` or `while` step");
}

void StepReader::read_join(const Entry& entry, Step& step) {
    const auto text = read_text(entry, builder_.problems);
    if (!text) return;
    const Role* role = builder_.find_role(*text);
    if (!role) {
        builder_.problems.add(
            entry.value.position,
            fmt::format("there is no process {}{}", quoted(*text),
                        did_you_mean(*text, builder_.role_names())),
            fmt::format("the processes are {}", fmt::join(builder_.role_names(), ", ")));
        return;
    }
    step.role = static_cast<std::uint32_t>(role - builder_.scenario.roles.data());
    step.label = "join " + *text;
    if (step.role == role_)
        builder_.problems.add(entry.value.position,
                              fmt::format("{} would wait for itself to end", *text));
}

void StepReader::read_name(const Entry& entry, Step& step) {
    if (auto text = read_text(entry, builder_.problems)) {
        step.text = *text;
        step.label = fmt::format("{} {}", entry.key, *text);
    }
}

void StepReader::read_control_parts(Step& step) {
    const Node& table = *table_;
    const bool loop = step.kind == StepKind::Repeat || step.kind == StepKind::While;
    const bool block = loop || step.kind == StepKind::If || step.kind == StepKind::Section ||
                       step.kind == StepKind::AsOne;
    if (step.kind == StepKind::While) {
        if (const Entry* limit = table.find("limit"))
            step.limit =
                read_count(*limit, key_of(Part::Step, "limit"), builder_.problems).value_or(1);
        else
            builder_.problems.add(step.position, "`while` needs `limit`: how often at most",
                                  "limit = 20");
    }
    if (step.kind == StepKind::Section)
        if (const Entry* shared = table.find("shared"))
            step.shared = read_boolean(*shared, builder_.problems).value_or(false);
    if (!block) return;
    const bool doubtful = loop || step.kind == StepKind::If;
    if (loop) ++loops_;
    if (doubtful) ++doubts_;
    const Entry* steps = table.find("steps");
    if (steps)
        step.body = read_block(*steps);
    else
        builder_.problems.add(step.position, fmt::format("{} needs `steps`", quoted(step.label)),
                              "steps = [ { ... } ]");
    if (step.kind == StepKind::If)
        if (const Entry* otherwise = table.find("else")) step.otherwise = read_block(*otherwise);
    if (loop) --loops_;
    if (doubtful) --doubts_;
}

}  // namespace stagger::spec
