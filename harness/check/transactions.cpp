// SPDX-License-Identifier: Apache-2.0
#include "harness/check/transactions.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace stagger::check {

namespace {

using history::Call;
using history::History;
using history::kNone;
using history::Span;

bool has_content(ObjectType type) {
    return type == ObjectType::Register || type == ObjectType::List || type == ObjectType::Map ||
           type == ObjectType::Queue;
}

bool encloses(const Span& outer, const Span& inner) {
    const bool begins = outer.entered <= inner.entered;
    const bool ends = outer.left == kNone || (inner.left != kNone && inner.left <= outer.left);
    return outer.task == inner.task && begins && ends;
}

class Builder {
public:
    explicit Builder(Context& context) : context_(context), history_(context.history) {
        find_roots();
        find_touched_objects();
        for (std::uint32_t object = 0; object < touched_.size(); ++object)
            if (touched_[object]) add_object(object);
        finish_blocks();
    }

    std::vector<Group> groups() {
        join_.resize(slots_.size());
        std::iota(join_.begin(), join_.end(), 0);
        for (const Transaction& transaction : transactions_)
            for (const Effect& effect : transaction.effects)
                join_[root(effect.slot)] = root(transaction.effects.front().slot);
        std::map<std::uint32_t, Group> by_root;
        for (Transaction& transaction : transactions_) {
            if (transaction.effects.empty()) continue;
            Group& group = by_root[root(transaction.effects.front().slot)];
            group.transactions.push_back(std::move(transaction));
        }
        std::vector<Group> result;
        for (auto& [first, group] : by_root) {
            const bool has_block =
                std::any_of(group.transactions.begin(), group.transactions.end(),
                            [](const Transaction& item) { return item.block != kNone; });
            if (!has_block) continue;
            keep_own_slots(group);
            result.push_back(std::move(group));
        }
        return result;
    }

private:
    // A block inside a block is part of the outer one.
    void find_roots() {
        const auto& blocks = history_.blocks;
        roots_.resize(blocks.size());
        for (std::uint32_t i = 0; i < blocks.size(); ++i) {
            roots_[i] = i;
            for (std::uint32_t j = 0; j < i; ++j)
                if (roots_[j] == j && encloses(blocks[j], blocks[i])) roots_[i] = j;
        }
    }

    void find_touched_objects() {
        touched_.resize(history_.objects.size(), false);
        for (const Call& call : history_.calls)
            if (call.block != kNone && is_judged(call.object)) touched_[call.object] = true;
    }

    bool is_judged(std::uint32_t object) const {
        const history::Object& info = history_.objects[object];
        if (!has_content(info.type) || info.contract.lossy || info.contract.duplicating)
            return false;
        return has_copies(object) || context_.standing[object] != Standing::NotLinearizable;
    }

    bool has_copies(std::uint32_t object) const {
        if (history_.objects[object].contract.shared) return false;
        std::uint32_t process = kNone;
        for (const history::Task& task : history_.tasks) {
            if (task.role.empty()) continue;
            if (process != kNone && process != task.process) return true;
            process = task.process;
        }
        return false;
    }

    void add_object(std::uint32_t object) {
        const bool copies = has_copies(object);
        for (const Partition& partition : partitions(context_, object)) {
            std::map<std::uint32_t, std::uint32_t> slot_of;  // by process
            for (const Op& op : partition.ops) {
                const std::uint32_t process = copies ? history_.tasks[op.task].process : 0;
                const auto next = static_cast<std::uint32_t>(slots_.size());
                const auto [slot, added] = slot_of.try_emplace(process, next);
                if (added)
                    slots_.push_back(
                        {object, partition.initial, partition_name(history_, partition)});
                add_effect(slot->second, op);
            }
        }
    }

    void add_effect(std::uint32_t slot, const Op& op) {
        const std::uint32_t block = history_.calls[op.call].block;
        if (block != kNone) {
            transaction_of_block(roots_[block]).effects.push_back({slot, op});
            return;
        }
        Transaction single;
        single.task = op.task;
        single.interval = {op.invoked, op.responded};
        single.effects = {{slot, op}};
        // A snapshot of a map is one look at many keys; they need not be seen at one moment.
        single.determined = op.known && is_determined(slot, op);
        transactions_.push_back(std::move(single));
    }

    bool is_determined(std::uint32_t slot, const Op& op) const {
        const history::Object& object = history_.objects[slots_[slot].object];
        return op.operation != Operation::Take || object.contract.fifo_scope == STAGGER_FIFO_GLOBAL;
    }

    Transaction& transaction_of_block(std::uint32_t block) {
        const auto next = static_cast<std::uint32_t>(transactions_.size());
        const auto [found, added] = block_transaction_.try_emplace(block, next);
        if (added) {
            Transaction transaction;
            transaction.task = history_.blocks[block].task;
            transaction.block = block;
            transactions_.push_back(std::move(transaction));
        }
        return transactions_[found->second];
    }

    // A block spans from the first invocation in it to the last response, whatever it calls.
    void finish_blocks() {
        for (auto& [block, index] : block_transaction_) {
            Transaction& transaction = transactions_[index];
            transaction.complete = history_.blocks[block].left != kNone;
            transaction.interval = {kNone, 0};
            std::sort(transaction.effects.begin(), transaction.effects.end(),
                      [](const Effect& a, const Effect& b) { return a.op.invoked < b.op.invoked; });
            for (const Effect& effect : transaction.effects)
                if (!effect.op.known || !is_determined(effect.slot, effect.op))
                    transaction.determined = false;
        }
        for (const Call& call : history_.calls) {
            if (call.block == kNone) continue;
            const auto found = block_transaction_.find(roots_[call.block]);
            if (found == block_transaction_.end()) continue;
            Transaction& transaction = transactions_[found->second];
            auto& [invoked, responded] = transaction.interval;
            invoked = std::min(invoked, call.invoked);
            responded = std::max(responded, call.responded);
            if (call.responded == kNone) transaction.complete = false;
        }
        for (auto& [block, index] : block_transaction_) {
            Transaction& transaction = transactions_[index];
            if (transaction.complete) continue;
            transaction.determined = false;
            transaction.interval.responded = kNone;
        }
    }

    std::uint32_t root(std::uint32_t slot) {
        while (join_[slot] != slot) slot = join_[slot] = join_[join_[slot]];
        return slot;
    }

    void keep_own_slots(Group& group) {
        std::map<std::uint32_t, std::uint32_t> number;
        for (Transaction& transaction : group.transactions)
            for (Effect& effect : transaction.effects) {
                const auto next = static_cast<std::uint32_t>(group.slots.size());
                const auto [found, added] = number.try_emplace(effect.slot, next);
                if (added) group.slots.push_back(slots_[effect.slot]);
                effect.slot = found->second;
            }
    }

    Context& context_;
    const History& history_;
    std::vector<std::uint32_t> roots_;  // of each block the outermost that encloses it
    std::vector<bool> touched_;
    std::vector<Slot> slots_;
    std::vector<Transaction> transactions_;
    std::map<std::uint32_t, std::uint32_t> block_transaction_;
    std::vector<std::uint32_t> join_;  // union-find over slots
};

}  // namespace

std::vector<Group> transaction_groups(Context& context) {
    if (context.history.blocks.empty()) return {};
    return Builder(context).groups();
}

}  // namespace stagger::check
