// SPDX-License-Identifier: Apache-2.0
//
// Linearizability (Herlihy & Wing 1990): the calls on an object, overlapping as they may, can be
// put in an order that respects time and that a single caller could have seen. It is a local
// property, so each object, and each key of a map, is judged on its own.
#include <fmt/format.h>

#include <set>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/pinned.hpp"

namespace stagger::check::oracle {

namespace {

class CallTransitions final : public Transitions {
public:
    CallTransitions(Context& context, const Partition& partition)
        : around_(context.around(partition.object)),
          step_(model_of(around_.object.type).step),
          ops_(partition.ops) {
        if (around_.object.type == ObjectType::List)
            pinned_ = pinned_states(around_.terms, ops_, partition.initial);
    }

    std::optional<State> step(State state, std::uint32_t op, unsigned alternative) override {
        const bool elsewhere = !pinned_.empty() && pinned_[op] != kAnyState && pinned_[op] != state;
        if (elsewhere) return std::nullopt;
        return step_(around_, state, ops_[op], alternative);
    }
    bool exhausted() const override { return around_.terms.exhausted(); }

private:
    Surroundings around_;
    decltype(Model::step) step_;
    const std::vector<Op>& ops_;
    std::vector<State> pinned_;  // by operation; empty: none is
};

// Whether some write of a stream may have been mixed with another's, which is no single effect.
bool may_be_mixed(const Context& context, std::uint32_t object) {
    const history::Contract& contract = context.history.objects[object].contract;
    if (contract.framed || contract.atomic_write == 0) return false;
    bool large = false;
    std::set<std::uint32_t> writers;
    for (std::uint32_t index : context.calls_on(object)) {
        const history::Call& call = context.history.calls[index];
        if (call.operation != Operation::StreamWrite) continue;
        writers.insert(call.task);
        large = large || (call.value.text() && call.value.text()->size() > contract.atomic_write);
    }
    return large && writers.size() > 1;
}

// What may lose or repeat values, or mix them, keeps no order to judge: `delivery` counts them.
bool has_legal_orders(const Context& context, std::uint32_t object) {
    const history::Contract& contract = context.history.objects[object].contract;
    return !contract.lossy && !contract.duplicating &&
           contract.executions != STAGGER_AT_LEAST_ONCE && !may_be_mixed(context, object);
}

SearchResult search(Context& context, const Partition& partition) {
    std::vector<Interval> intervals;
    intervals.reserve(partition.ops.size());
    for (const Op& op : partition.ops) intervals.push_back({op.invoked, op.responded});
    CallTransitions transitions(context, partition);
    return find_order(intervals, partition.initial, transitions, context.search_limits());
}

// The effects that have a call: deaths have none.
std::vector<std::uint32_t> calls_of(const Op& op) {
    return op.death ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{op.call};
}

void keep_order(Context& context, const Partition& partition, const SearchResult& result) {
    LegalOrder order;
    order.about = partition_name(context.history, partition);
    for (const std::uint32_t op : result.order)
        if (!partition.ops[op].death) order.steps.push_back(calls_of(partition.ops[op]));
    if (result.outcome == SearchOutcome::Impossible)
        order.stuck = calls_of(partition.ops[result.stuck]);
    order.given_up = result.outcome != SearchOutcome::Found && order.stuck.empty();
    context.keep(std::move(order));
}

void judge_object(Context& context, std::uint32_t object) {
    Standing& standing = context.standing[object];
    for (const Partition& partition : partitions(context, object)) {
        if (standing == Standing::NotJudged) standing = Standing::Linearizable;
        const SearchResult result = search(context, partition);
        if (context.keeps_orders()) keep_order(context, partition, result);
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
        if (has_legal_orders(context, object)) judge_object(context, object);
    }
}

void not_linearizable(Context& context) {
    const history::History& history = context.history;
    for (std::uint32_t object = 0; object < history.objects.size(); ++object) {
        if (context.standing[object] != Standing::NotLinearizable) continue;
        const std::string name = object_name(history, object);
        bool has_better_name = false;
        for (Symptom symptom : {Symptom::StaleRead, Symptom::TornValue, Symptom::LostMessage,
                                Symptom::DuplicateMessage, Symptom::ReorderedMessage,
                                Symptom::InventedMessage, Symptom::MutualExclusion})
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
