// SPDX-License-Identifier: Apache-2.0
//
// Strict serializability (Papadimitriou 1979; with respect for time: Herlihy & Wing 1990) of
// `as_one` blocks: they, and the calls outside of them, can be put in an order that respects time,
// in which each block happens at once. Where that fails because one update overwrote another that
// it had not seen, it is a `lost-update` (P4 of Berenson et al. 1995), else `not-serializable`.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/lost_update.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::kNone;

class BlockTransitions final : public Transitions {
public:
    BlockTransitions(Context& context, const Group& group) : context_(context), group_(group) {
        std::vector<std::uint32_t> words;
        for (const Slot& slot : group.slots) words.push_back(slot.initial);
        initial_ = context.terms.intern(words);
    }

    State initial() const { return initial_; }
    bool exhausted() const override { return context_.terms.exhausted() || too_many_; }

    std::optional<State> step(State state, std::uint32_t op, unsigned alternative) override {
        const Transaction& transaction = group_.transactions[op];
        const auto words = context_.terms[state];
        content_.assign(words.begin(), words.end());
        if (!transaction.determined) return step_undetermined(transaction, alternative);
        if (alternative > 0) return std::nullopt;
        for (const Effect& effect : transaction.effects) {
            const auto after = apply(effect, 0);
            if (!after) return std::nullopt;
            content_[effect.slot] = *after;
        }
        return context_.terms.intern(content_);
    }

private:
    static constexpr std::size_t kMostOutcomes = 1024;

    std::optional<State> apply(const Effect& effect, unsigned alternative) {
        const std::uint32_t object = group_.slots[effect.slot].object;
        return model_of(context_.history.objects[object].type)
            .step(context_.around(object), content_[effect.slot], effect.op, alternative);
    }

    std::optional<State> step_undetermined(const Transaction& transaction, unsigned alternative) {
        outcomes_.clear();
        collect(transaction, 0);
        if (alternative >= outcomes_.size()) return std::nullopt;
        return outcomes_[alternative];
    }

    // All contents that the effects from `index` on can come to, the longest first.
    void collect(const Transaction& transaction, std::size_t index) {
        if (outcomes_.size() >= kMostOutcomes) {
            too_many_ = true;
            return;
        }
        if (index == transaction.effects.size()) return add_outcome();
        const Effect& effect = transaction.effects[index];
        const State before = content_[effect.slot];
        for (unsigned alternative = 0;; ++alternative) {
            const auto after = apply(effect, alternative);
            if (!after) break;
            content_[effect.slot] = *after;
            collect(transaction, index + 1);
            content_[effect.slot] = before;
        }
        if (!effect.op.known) collect(transaction, index + 1);
        if (!transaction.complete) add_outcome();
    }

    void add_outcome() {
        const State state = context_.terms.intern(content_);
        if (std::find(outcomes_.begin(), outcomes_.end(), state) == outcomes_.end())
            outcomes_.push_back(state);
    }

    Context& context_;
    const Group& group_;
    State initial_;
    bool too_many_ = false;
    std::vector<std::uint32_t> content_;
    std::vector<State> outcomes_;
};

std::string title(const history::History& history, const Transaction& transaction) {
    const std::string task = task_name(history, transaction.task);
    if (transaction.block == kNone) return who_did(history, transaction.effects.front().op.call);
    return fmt::format("{} ({})", task, history.blocks[transaction.block].name);
}

std::vector<std::uint32_t> calls_of(const Transaction& transaction) {
    std::vector<std::uint32_t> calls;
    for (const Effect& effect : transaction.effects)
        if (calls.empty() || calls.back() != effect.op.call) calls.push_back(effect.op.call);
    return calls;
}

bool overlap(const Interval& a, const Interval& b) {
    return a.invoked < b.responded && b.invoked < a.responded;
}

// The block to blame: the transaction at which the longest order broke off, or one beside it.
void report_not_serializable(Context& context, const Group& group, std::uint32_t stuck) {
    const Transaction& victim = group.transactions[stuck];
    std::string beside;
    for (const Transaction& other : group.transactions) {
        if (&other == &victim || !overlap(other.interval, victim.interval)) continue;
        beside = fmt::format(" beside {}", title(context.history, other));
        if (other.block != kNone) break;
    }
    const std::string& name = group.slots[victim.effects.front().slot].name;
    context.report(Symptom::NotSerializable,
                   object_name(context.history, group.slots[victim.effects.front().slot].object),
                   fmt::format("No order of whole blocks explains what {} saw of {}{}: some block "
                               "did not take effect as one.",
                               title(context.history, victim), name, beside),
                   calls_of(victim));
}

void keep_order(Context& context, const Group& group, const SearchResult& result) {
    LegalOrder order;
    order.about = group.slots.front().name;
    order.blocks = true;
    for (const std::uint32_t transaction : result.order)
        order.steps.push_back(calls_of(group.transactions[transaction]));
    if (result.outcome == SearchOutcome::Impossible)
        order.stuck = calls_of(group.transactions[result.stuck]);
    order.given_up = result.outcome != SearchOutcome::Found && order.stuck.empty();
    context.keep(std::move(order));
}

void judge(Context& context, const Group& group) {
    std::vector<Interval> intervals;
    for (const Transaction& transaction : group.transactions)
        intervals.push_back(transaction.interval);
    BlockTransitions transitions(context, group);
    const SearchResult result =
        find_order(intervals, transitions.initial(), transitions, context.search_limits());
    if (context.keeps_orders()) keep_order(context, group, result);
    if (result.outcome == SearchOutcome::Found) return;
    if (result.outcome != SearchOutcome::Impossible)
        return context.inconclusive(result.outcome,
                                    fmt::format("The {} blocks and single calls around {}",
                                                intervals.size(), group.slots.front().name));
    if (!report_lost_updates(context, group)) report_not_serializable(context, group, result.stuck);
}

}  // namespace

void serializability(Context& context) {
    for (const Group& group : transaction_groups(context)) judge(context, group);
}

}  // namespace stagger::check::oracle
