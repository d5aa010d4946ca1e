// SPDX-License-Identifier: Apache-2.0
//
// Linearizability (Herlihy & Wing 1990): the calls on an object, overlapping as they may, can be
// put in an order that respects time and that a single caller could have seen. It is a local
// property, so each object, and each key of a map, is judged on its own.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

class CallTransitions final : public Transitions {
public:
    CallTransitions(Context& context, const Partition& partition)
        : around_(context.around(partition.object)),
          step_(model_of(around_.object.type).step),
          ops_(partition.ops) {}

    std::optional<State> step(State state, std::uint32_t op, unsigned alternative) override {
        return step_(around_, state, ops_[op], alternative);
    }
    bool exhausted() const override { return around_.terms.exhausted(); }

private:
    Surroundings around_;
    decltype(Model::step) step_;
    const std::vector<Op>& ops_;
};

// A queue that may lose or repeat values keeps no order to judge: `delivery` counts its values.
bool has_legal_orders(const history::Object& object) {
    return !object.contract.lossy && !object.contract.duplicating;
}

SearchResult search(Context& context, const Partition& partition) {
    std::vector<Interval> intervals;
    intervals.reserve(partition.ops.size());
    for (const Op& op : partition.ops) intervals.push_back({op.invoked, op.responded});
    CallTransitions transitions(context, partition);
    return find_order(intervals, partition.initial, transitions, context.search_limits());
}

void judge_object(Context& context, std::uint32_t object) {
    Standing& standing = context.standing[object];
    for (const Partition& partition : partitions(context, object)) {
        if (standing == Standing::NotJudged) standing = Standing::Linearizable;
        const SearchResult result = search(context, partition);
        if (result.outcome == SearchOutcome::Impossible) {
            standing = Standing::NotLinearizable;
            context.stuck_call[object] = partition.ops[result.stuck].call;
            return;
        }
        if (result.outcome == SearchOutcome::Found) continue;
        standing = Standing::Undecided;
        context.inconclusive(result.outcome,
                             fmt::format("The {} calls on {}", partition.ops.size(),
                                         partition_name(context.history, partition)));
    }
}

}  // namespace

void linearizability(Context& context) {
    if (!context.expectations.judge_linearizability) return;
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        if (context.calls_on(object).empty()) continue;
        if (has_legal_orders(context.history.objects[object])) judge_object(context, object);
    }
}

void not_linearizable(Context& context) {
    const history::History& history = context.history;
    for (std::uint32_t object = 0; object < history.objects.size(); ++object) {
        if (context.standing[object] != Standing::NotLinearizable) continue;
        const std::string name = object_name(history, object);
        bool has_better_name = false;
        for (Symptom symptom :
             {Symptom::StaleRead, Symptom::LostMessage, Symptom::DuplicateMessage,
              Symptom::ReorderedMessage, Symptom::InventedMessage, Symptom::MutualExclusion})
            has_better_name = has_better_name || context.has(symptom, name);
        if (has_better_name) continue;
        const std::uint32_t call = context.stuck_call[object];
        context.report(
            Symptom::NotLinearizable, name,
            fmt::format("No order of the calls on {} explains that {} came back with {}.", name,
                        who_did(history, call), result_of(history.calls[call])),
            {call});
    }
}

}  // namespace stagger::check::oracle
