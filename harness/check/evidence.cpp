// SPDX-License-Identifier: Apache-2.0
//
// What a history is worth as evidence: which objects several tasks used, and at which steps a call
// met a call of another task that it conflicts with.
#include <algorithm>

#include "harness/check/context.hpp"

namespace stagger::check {

namespace {

using history::Call;
using history::History;
using history::kNone;

// The tasks that use an object, and those that change it: none, one, or several.
class Tasks {
public:
    void add(std::uint32_t task) {
        if (first_ == kNone)
            first_ = task;
        else if (first_ != task)
            several_ = true;
    }
    bool several() const { return several_; }
    bool any_but(std::uint32_t task) const {
        return several_ || (first_ != kNone && first_ != task);
    }

private:
    std::uint32_t first_ = kNone;
    bool several_ = false;
};

struct Use {
    Tasks users, writers;
};

}  // namespace

void count_evidence(const History& history, Verdict& verdict) {
    std::vector<Use> uses(history.objects.size());
    for (const Call& call : history.calls) {
        if (call.operation == Operation::Snapshot) continue;
        uses[call.object].users.add(call.task);
        if (writes(call.operation)) uses[call.object].writers.add(call.task);
        if (call.with != kNone) uses[call.with].users.add(call.task);
        if (call.with != kNone) uses[call.with].writers.add(call.task);
    }
    for (const Use& use : uses) verdict.common_objects += use.users.several() ? 1 : 0;
    for (const Call& call : history.calls) {
        if (call.site == kNone || call.operation == Operation::Snapshot) continue;
        const Use& use = uses[call.object];
        const bool conflicts =
            writes(call.operation) ? use.users.any_but(call.task) : use.writers.any_but(call.task);
        if (conflicts) verdict.contended_sites.push_back(call.site);
    }
    auto& sites = verdict.contended_sites;
    std::sort(sites.begin(), sites.end());
    sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
}

}  // namespace stagger::check
