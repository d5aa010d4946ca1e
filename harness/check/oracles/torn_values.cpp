// SPDX-License-Identifier: Apache-2.0
//
// Torn values: the padding of a sized value did not come back as it was written; or a register gave
// what nobody wrote, but what is put together from bytes that were: part of one, part of another.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

void report_complaints(Context& context) {
    const history::History& history = context.history;
    for (const history::Complaint& complaint : history.complaints) {
        if (complaint.kind != history::Complaint::Kind::TornValue) continue;
        context.report(Symptom::TornValue, "",
                       fmt::format("{} got a value that is not as anyone wrote it{}{}.",
                                   task_name(history, complaint.task),
                                   complaint.text.empty() ? "" : ": ", complaint.text));
    }
}

bool computes(Operation operation) {
    return operation == Operation::Add;
}
bool puts_a_value(Operation operation) {
    return operation == Operation::Store || operation == Operation::Swap ||
           operation == Operation::Cas;
}

// Every value that a register held for certain or possibly, encoded; none where some of them are
// computed, so that what was there is not known.
std::vector<std::string> contents(const Context& context, std::uint32_t object) {
    std::vector<std::string> found = {context.history.objects[object].initial.encode()};
    for (const std::uint32_t index : context.calls_on(object)) {
        const history::Call& call = context.history.calls[index];
        if (computes(call.operation)) return {};
        if (puts_a_value(call.operation)) found.push_back(call.value.encode());
    }
    return found;
}

// Each byte stands at its place in one of the parts, and the whole is none of them.
bool is_spliced(const std::string& whole, const std::vector<std::string>& parts) {
    if (std::find(parts.begin(), parts.end(), whole) != parts.end()) return false;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const bool found = std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
            return i < part.size() && part[i] == whole[i];
        });
        if (!found) return false;
    }
    return true;
}

// Judged only where the calls have no legal order, as the better name for it.
void judge_register(Context& context, std::uint32_t object) {
    const std::vector<std::string> written = contents(context, object);
    if (written.size() < 2) return;
    for (const std::uint32_t index : context.calls_on(object)) {
        const history::Call& call = context.history.calls[index];
        const bool looks = call.operation == Operation::Load || call.operation == Operation::Swap ||
                           call.operation == Operation::Snapshot;
        if (!looks || call.status != ResultStatus::Ok || call.responded == history::kNone) continue;
        if (!is_spliced(call.result.encode(), written)) continue;
        return context.report(
            Symptom::TornValue, object_name(context.history, object),
            fmt::format("{} got {}, which nobody wrote: it is put together from several values.",
                        who_did(context.history, index), result_of(call)),
            {index});
    }
}

}  // namespace

void torn_values(Context& context) {
    report_complaints(context);
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        const bool is_register = context.history.objects[object].type == ObjectType::Register;
        if (is_register && context.standing[object] == Standing::NotLinearizable)
            judge_register(context, object);
    }
}

}  // namespace stagger::check::oracle
