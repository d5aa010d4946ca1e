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

// By object, under which one its uses are counted. What the functions of a plugin have in common is
// out of sight: two of them may well work on the same things, so all count as one.
std::vector<std::uint32_t> counted_as(const History& history) {
    std::vector<std::uint32_t> objects;
    std::uint32_t actors = kNone;
    for (std::uint32_t i = 0; i < history.objects.size(); ++i) {
        const bool actor = history.objects[i].type == ObjectType::Actor;
        if (actor && actors == kNone) actors = i;
        objects.push_back(actor ? actors : i);
    }
    return objects;
}

}  // namespace

void count_evidence(const History& history, Verdict& verdict) {
    std::vector<Use> uses(history.objects.size());
    const std::vector<std::uint32_t> objects = counted_as(history);
    for (const Call& call : history.calls) {
        if (call.operation == Operation::Snapshot) continue;
        Use& use = uses[objects[call.object]];
        use.users.add(call.task);
        if (writes(call.operation)) use.writers.add(call.task);
        if (call.with != kNone) uses[call.with].users.add(call.task);
        if (call.with != kNone) uses[call.with].writers.add(call.task);
    }
    for (const Use& use : uses) verdict.common_objects += use.users.several() ? 1 : 0;
    for (const Call& call : history.calls) {
        if (call.site == kNone || call.operation == Operation::Snapshot) continue;
        const Use& use = uses[objects[call.object]];
        const bool conflicts =
            writes(call.operation) ? use.users.any_but(call.task) : use.writers.any_but(call.task);
        if (conflicts) verdict.contended_sites.push_back(call.site);
    }
    auto& sites = verdict.contended_sites;
    std::sort(sites.begin(), sites.end());
    sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
}

}  // namespace stagger::check
