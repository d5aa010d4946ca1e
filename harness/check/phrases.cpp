// SPDX-License-Identifier: Apache-2.0
//
// How messages name tasks, objects and calls.
#include <fmt/format.h>

#include "harness/base/excerpt.hpp"
#include "harness/check/context.hpp"

namespace stagger::check {

using history::Call;
using history::History;
using history::kNone;

std::string task_name(const History& history, std::uint32_t task) {
    return task < history.tasks.size() ? history.tasks[task].name : "nobody";
}

std::string object_name(const History& history, std::uint32_t object) {
    return object < history.objects.size() ? history.objects[object].name : "";
}

std::string partition_name(const History& history, const Partition& partition) {
    const std::string name = object_name(history, partition.object);
    return partition.key ? fmt::format("{}[{}]", name, excerpt(*partition.key)) : name;
}

std::string describe(const History& history, const Call& call) {
    if (call.operation == Operation::Snapshot)
        return fmt::format("final {}", object_name(history, call.object));
    const OperationInfo& operation = info(call.operation);
    std::string text = fmt::format("{} {}", operation.key, object_name(history, call.object));
    const bool keyed = history.objects[call.object].type == ObjectType::Map;
    if (keyed) text += fmt::format("[{}]", excerpt(call.key));
    if (operation.arguments & kExpected) text += " " + excerpt(call.expected);
    if (operation.arguments & kValue) text += " " + excerpt(call.value);
    if (call.with != kNone) text += fmt::format(" with {}", object_name(history, call.with));
    return text;
}

std::string result_of(const Call& call) {
    if (call.responded == kNone) return "nothing yet";
    if (call.status != ResultStatus::Ok) return std::string(name(call.status));
    return info(call.operation).gives_result ? excerpt(call.result) : "ok";
}

std::string who_did(const History& history, std::uint32_t call) {
    const Call& made = history.calls[call];
    return fmt::format("{} ({})", task_name(history, made.task), describe(history, made));
}

}  // namespace stagger::check
