// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/recorder.hpp"

namespace stagger::worker {

using control::Record;
using control::RecordKind;

void Recorder::append(Record record, std::initializer_list<std::string_view> texts) {
    record.task = task_;
    control::append(*segment_, record, {texts.begin(), texts.size()});
}

void Recorder::invoke(std::uint32_t site, const Request& request, bool checked) {
    std::uint32_t flags = static_cast<std::uint32_t>(request.operation);
    if (request.timeout_ns >= 0) flags |= control::kTimedFlag;
    if (checked) flags |= control::kCheckedFlag;
    const std::uint32_t with = request.operation == Operation::Wait ? request.with : history::kNone;
    append({RecordKind::Invoke, 0, 0, site, flags, request.object, with},
           {request.key, request.value, request.expected});
}

void Recorder::respond(std::uint32_t site, ResultStatus status, std::string_view result,
                       std::string_view failure) {
    append({RecordKind::Respond, 0, 0, site, static_cast<std::uint32_t>(status), 0, 0},
           {result, failure});
}

void Recorder::enter(RecordKind kind, std::uint32_t site, std::string_view name, bool shared) {
    append({kind, 0, 0, site, shared ? 1u : 0u, 0, 0}, {name});
}

void Recorder::leave(RecordKind kind, std::uint32_t site) {
    append({kind, 0, 0, site, 0, 0, 0}, {});
}

void Recorder::complain(history::Complaint::Kind kind, std::uint32_t site, std::string_view text) {
    append({RecordKind::Complaint, 0, 0, site, static_cast<std::uint32_t>(kind), 0, 0}, {text});
}

void Recorder::variables(std::string_view encoded_map) {
    append({RecordKind::Variables, 0, 0, control::kNoSite, 0, 0, 0}, {encoded_map});
}

}  // namespace stagger::worker
