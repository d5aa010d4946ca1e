// SPDX-License-Identifier: Apache-2.0
//
// Histories that no execution can have: from a damaged file, or a bug in what recorded them. They
// are not judged; every oracle may rely on what is checked here.
#include <fmt/format.h>

#include <vector>

#include "harness/check/context.hpp"
#include "harness/check/stuck.hpp"

namespace stagger::check {

namespace {

using history::Call;
using history::History;
using history::kNone;

bool is_index(std::uint32_t index, std::size_t size) {
    return index < size;
}
bool is_index_or_none(std::uint32_t index, std::size_t size) {
    return index == kNone || index < size;
}

bool fits_type(Operation operation, ObjectType type) {
    if (operation == Operation::Snapshot) return true;
    return find_operation(type, info(operation).key) == &info(operation);
}

bool is_known(const history::Object& object) {
    return static_cast<unsigned>(object.type) < STAGGER_TYPE_COUNT &&
           static_cast<unsigned>(object.contract.fifo_scope) <= STAGGER_FIFO_NONE;
}

std::string wrong_index(const History& history, const Call& call) {
    if (!is_index(call.task, history.tasks.size())) return "is made by a task that is not there";
    if (!is_index(call.object, history.objects.size()) ||
        !is_index_or_none(call.with, history.objects.size()))
        return "is made on an object that is not there";
    if (!is_index_or_none(call.block, history.blocks.size()))
        return "is made in a block that is not there";
    if (call.block != kNone && history.blocks[call.block].task != call.task)
        return "is made in a block of another task";
    return "";
}

std::string wrong_operation(const History& history, const Call& call) {
    if (static_cast<unsigned>(call.operation) >= STAGGER_OPERATION_COUNT ||
        static_cast<unsigned>(call.status) >= STAGGER_STATUS_COUNT)
        return "has an operation or a result that does not exist";
    if (!fits_type(call.operation, history.objects[call.object].type))
        return "is an operation that its object lacks";
    const bool waits = call.operation == Operation::Wait;
    if (waits != (call.with != kNone) ||
        (waits && history.objects[call.with].type != ObjectType::Mutex))
        return "should name a mutex if and only if it waits on a condition";
    return "";
}

std::string wrong_time(const Call& call, std::uint32_t previous, std::int64_t free_from) {
    if (call.invoked == kNone || call.invoked < previous) return "is out of order";
    if (call.responded <= call.invoked) return "came back before it was made";
    if (std::int64_t{call.invoked} < free_from)
        return "is made by a task that has not come back from its previous call";
    return "";
}

std::string absurd_call(const History& history) {
    // From which position on a task may make its next call; kNone while it is in one.
    std::vector<std::int64_t> free_from(history.tasks.size(), -1);
    const std::vector<Death> dead = deaths(history);
    std::uint32_t previous = 0;
    for (std::size_t i = 0; i < history.calls.size(); ++i) {
        const Call& call = history.calls[i];
        std::string wrong = wrong_index(history, call);
        if (wrong.empty()) wrong = wrong_operation(history, call);
        if (wrong.empty()) wrong = wrong_time(call, previous, free_from[call.task]);
        if (!wrong.empty()) return fmt::format("call {} {}", i, wrong);
        previous = call.invoked;
        free_from[call.task] = call.responded;
        // A role that starts again makes calls although one of before has never come back.
        for (const Death& death : dead)
            if (death.call == i) free_from[call.task] = death.position;
    }
    return "";
}

std::string absurd_span(const History& history, const std::vector<history::Span>& spans) {
    for (const history::Span& span : spans) {
        if (!is_index(span.task, history.tasks.size()))
            return fmt::format("the block or section {} is of a task that is not there", span.name);
        if (span.left < span.entered)
            return fmt::format("the block or section {} was left before it was entered", span.name);
    }
    return "";
}

std::string absurd_rest(const History& history) {
    for (const history::Object& object : history.objects)
        if (!is_known(object)) return fmt::format("the object {} has no known type", object.name);
    for (const history::Complaint& complaint : history.complaints)
        if (!is_index(complaint.task, history.tasks.size()))
            return "a complaint comes from a task that is not there";
    for (const history::Strike& strike : history.strikes)
        if (!is_index(strike.task, history.tasks.size()))
            return "a fault strikes a task that is not there";
    for (const history::Wait& wait : history.waits)
        if (!is_index(wait.task, history.tasks.size()) ||
            !is_index_or_none(wait.object, history.objects.size()))
            return "a task or object in the list of who waits for what is not there";
    if (!is_index_or_none(history.culprit, history.tasks.size()))
        return "the task to blame for its end is not there";
    // The searches number operations in 31 bits, and a call may have two of them.
    if (history.calls.size() >= (std::size_t{1} << 30)) return "it has too many calls";
    return "";
}

}  // namespace

std::string absurdity(const History& history) {
    std::string wrong = absurd_rest(history);
    if (wrong.empty()) wrong = absurd_span(history, history.blocks);
    if (wrong.empty()) wrong = absurd_span(history, history.sections);
    if (wrong.empty()) wrong = absurd_call(history);
    return wrong;
}

}  // namespace stagger::check
