// SPDX-License-Identifier: Apache-2.0
//
// Where a topic promises one order of all values, its subscribers get them in the same order. What
// each of them gets may be right on its own, so this looks at any two of them together.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::Call;
using history::kNone;

// By task, then by value: when it was received, null where it was more than once.
using Receipts = std::map<std::uint32_t, std::map<Value, const Call*>>;
using Pairs = std::vector<std::pair<const Call*, const Call*>>;

Receipts receipts(const Context& context, std::uint32_t object) {
    Receipts result;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (call.operation != Operation::Receive || call.responded == kNone) continue;
        if (call.status != ResultStatus::Ok) continue;
        const auto [found, added] = result[call.task].try_emplace(call.result, &call);
        if (!added) found->second = nullptr;
    }
    return result;
}

// What was published several times may have reached each subscriber as another of these.
std::set<Value> published_again(const Context& context, std::uint32_t object) {
    std::set<Value> seen, again;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (call.operation != Operation::Publish) continue;
        if (!seen.insert(call.value).second) again.insert(call.value);
    }
    return again;
}

// The values that both received once, in the order of the first.
Pairs common(const Receipts::mapped_type& first, const Receipts::mapped_type& second) {
    Pairs pairs;
    for (const auto& [value, call] : first) {
        const auto other = second.find(value);
        if (call && other != second.end() && other->second) pairs.emplace_back(call, other->second);
    }
    std::sort(pairs.begin(), pairs.end(),
              [](const auto& a, const auto& b) { return a.first->invoked < b.first->invoked; });
    return pairs;
}

void report(Context& context, const Pairs::value_type& earlier, const Pairs::value_type& later) {
    const history::History& history = context.history;
    const std::string name = object_name(history, earlier.first->object);
    const auto number = [&](const Call* call) {
        return static_cast<std::uint32_t>(call - history.calls.data());
    };
    context.report(
        Symptom::ReorderedMessage, name,
        fmt::format("{} got {} out of {} before {}, and {} the other way round.",
                    task_name(history, earlier.first->task), earlier.first->result.to_string(),
                    name, later.first->result.to_string(),
                    task_name(history, earlier.second->task)),
        {number(earlier.first), number(later.first), number(later.second), number(earlier.second)});
}

void judge(Context& context, std::uint32_t object) {
    Receipts all = receipts(context, object);
    for (const Value& value : published_again(context, object))
        for (auto& [task, received] : all) received.erase(value);
    for (auto first = all.begin(); first != all.end(); ++first)
        for (auto second = std::next(first); second != all.end(); ++second) {
            if (context.out_of_time())
                return context.inconclusive(
                    SearchOutcome::OutOfTime,
                    "The values of " + object_name(context.history, object));
            const Pairs pairs = common(first->second, second->second);
            for (std::size_t i = 1; i < pairs.size(); ++i)
                if (pairs[i].second->invoked < pairs[i - 1].second->invoked)
                    return report(context, pairs[i - 1], pairs[i]);
        }
}

}  // namespace

void topic_order(Context& context) {
    if (!context.expectations.judge_linearizability) return;
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        const history::Object& topic = context.history.objects[object];
        if (topic.type == ObjectType::Topic && topic.contract.fifo_scope == STAGGER_FIFO_GLOBAL)
            judge(context, object);
    }
}

}  // namespace stagger::check::oracle
