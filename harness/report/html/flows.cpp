// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/flows.hpp"

namespace stagger::report::html {
namespace {

using history::Call;
using history::History;
using history::kNone;

// When the source let the waiter go on: where it came back, or where it began if that was later
// than the waiter came back. kNone if that was not while the waiter was under way.
std::uint32_t let_go_at(const Call& source, const Call& waiter) {
    if (source.task == waiter.task || waiter.responded == kNone) return kNone;
    const bool in_time = source.responded != kNone && source.responded < waiter.responded;
    const std::uint32_t moment = in_time ? source.responded : source.invoked;
    return moment > waiter.invoked && moment < waiter.responded ? moment : kNone;
}

}  // namespace

std::vector<Flow> flows_of(const History& history, const std::vector<Origin>& origins) {
    std::vector<Flow> flows;
    for (std::uint32_t i = 0; i < origins.size(); ++i) {
        const Origin& origin = origins[i];
        if (origin.call == kNone) continue;
        const bool waited = let_go_at(history.calls[origin.call], history.calls[i]) != kNone;
        if (origin.link != Link::Order || waited) flows.push_back({origin.call, i, origin.link});
    }
    return flows;
}

std::vector<std::uint32_t> waited_until(const History& history, const std::vector<Flow>& flows) {
    std::vector<std::uint32_t> until(history.calls.size(), kNone);
    for (const Flow& flow : flows) {
        if (flow.link != Link::Value)
            until[flow.to] = let_go_at(history.calls[flow.from], history.calls[flow.to]);
    }
    return until;
}

}  // namespace stagger::report::html
