// SPDX-License-Identifier: Apache-2.0
//
// Lost updates that nobody declared: without `as_one` a read and a later write are two calls, and
// any order of calls is legal. But where `final` fails and speaks of an object of which two tasks
// read the same value and then both wrote, that is why, and the finding should say so.
#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "harness/check/lost_update.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

bool is_part_of_a_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool mentions(std::string_view expression, std::string_view name) {
    for (std::size_t at = expression.find(name); at != std::string_view::npos;
         at = expression.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        const bool begins = at == 0 || !is_part_of_a_name(expression[at - 1]);
        if (begins && (end == expression.size() || !is_part_of_a_name(expression[end])))
            return true;
    }
    return false;
}

bool final_failed(const Context& context, std::string_view object) {
    for (const FinalResult& final : context.observations.finals)
        if (!final.holds && mentions(final.text, object)) return true;
    return false;
}

Transaction update_of(std::uint32_t slot, std::initializer_list<const Op*> ops) {
    Transaction update;
    update.task = (*ops.begin())->task;
    update.is_update = true;
    update.interval = {(*ops.begin())->invoked, (*(ops.end() - 1))->responded};
    for (const Op* op : ops) update.effects.push_back({slot, *op});
    return update;
}

// Each task's reads with its next write after them, outside of blocks: what a block would hold. An
// addition is both by itself, where the results of all have no legal order.
void add_updates(Context& context, const Partition& partition, Group& group) {
    const auto slot = static_cast<std::uint32_t>(group.slots.size());
    group.slots.push_back(
        {partition.object, partition.initial, partition_name(context.history, partition)});
    const bool contradict = context.standing[partition.object] == Standing::NotLinearizable;
    std::map<std::uint32_t, const Op*> last_read;  // by task
    for (const Op& op : partition.ops) {
        if (context.history.calls[op.call].block != history::kNone) continue;
        const Op*& read = last_read[op.task];
        if (!writes(op.operation)) {
            read = &op;
        } else if (read != nullptr) {
            group.transactions.push_back(update_of(slot, {read, &op}));
            read = nullptr;
        } else if (op.operation == Operation::Add && contradict) {
            group.transactions.push_back(update_of(slot, {&op}));
        }
    }
}

}  // namespace

void lost_updates(Context& context) {
    if (context.stuck()) return;
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        const history::Object& info = context.history.objects[object];
        const bool has_versions = info.type == ObjectType::Register || info.type == ObjectType::Map;
        if (!has_versions || !info.contract.shared || !final_failed(context, info.name)) continue;
        if (context.has(Symptom::LostUpdate, object_name(context.history, object))) continue;
        Group group;
        for (const Partition& partition : partitions(context, object))
            add_updates(context, partition, group);
        std::sort(group.transactions.begin(), group.transactions.end(),
                  [](const Transaction& a, const Transaction& b) {
                      return a.interval.invoked < b.interval.invoked;
                  });
        report_lost_updates(context, group);
    }
}

}  // namespace stagger::check::oracle
