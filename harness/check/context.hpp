// SPDX-License-Identifier: Apache-2.0
//
// What the oracles share while one history is judged: the history, where its calls are, and the
// verdict in the making. Made by judge(), handed to each oracle of the table in turn; an oracle may
// build on what those before it found out. One thread, one history.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/check/check.hpp"
#include "harness/check/legal_order.hpp"
#include "harness/check/search.hpp"
#include "harness/check/terms.hpp"

namespace stagger::check {

// What is known about an object after the oracle `linearizability`.
enum class Standing : std::uint8_t { NotJudged, Linearizable, NotLinearizable, Undecided };

// An object, one key of a map, or what one subscriber sees of a topic, with the effects of the
// calls on it in order of invocation.
struct Partition {
    std::uint32_t object = 0;
    const Value* key = nullptr;                 // into the history; null: the whole object
    std::uint32_t subscriber = history::kNone;  // its task, of a topic
    std::int64_t reported_lost = 0;             // of a topic: what it says the subscriber missed
    State initial = 0;
    std::vector<Op> ops;
};

class Context {
public:
    Context(const history::History& history, const Expectations& expectations,
            const Observations& observations, const Limits& limits);

    const history::History& history;
    const Expectations& expectations;
    const Observations& observations;
    Terms terms;
    std::vector<Standing> standing;         // by object
    std::vector<std::uint32_t> stuck_call;  // by object: where the longest legal order broke off

    // The indices of the calls on an object; of a mutex also the waits that give it up meanwhile.
    const std::vector<std::uint32_t>& calls_on(std::uint32_t object) const {
        return calls_on_[object];
    }
    Surroundings around(std::uint32_t object) { return {terms, history.objects[object]}; }
    SearchLimits search_limits() const {
        return {memory_bytes_, deadline_, most_steps_, orders_ != nullptr};
    }
    // From now on the orders that searches find are added to `orders`, which outlives this.
    void keep_orders(std::vector<LegalOrder>& orders, std::uint64_t most_steps);
    bool keeps_orders() const { return orders_ != nullptr; }
    void keep(LegalOrder order) { orders_->push_back(std::move(order)); }
    bool out_of_time() const { return std::chrono::steady_clock::now() >= deadline_; }
    // Somebody could not go on: what should hold at the end is not judged.
    bool stuck() const;

    void report(Symptom symptom, std::string object, std::string message,
                std::vector<std::uint32_t> calls = {});
    // Whether that was reported about that object; true also where the case allows it.
    bool has(Symptom symptom, const std::string& object) const;
    void inconclusive(std::string reason);
    // Says which bound a search ran into. `what`: "the calls on n".
    void inconclusive(SearchOutcome outcome, const std::string& what);
    void visible_bound_reached() { verdict_.visible_bound_reached = true; }
    Verdict take_verdict();

private:
    std::vector<std::vector<std::uint32_t>> calls_on_;
    std::size_t memory_bytes_;
    std::chrono::milliseconds time_;
    std::chrono::steady_clock::time_point deadline_;
    std::uint64_t most_steps_ = std::numeric_limits<std::uint64_t>::max();
    std::vector<LegalOrder>* orders_ = nullptr;
    Verdict verdict_;  // with what is allowed, until it is taken
};

// The partitions of an object: one for each key that anyone used of a map, one for each subscriber
// of a topic, else one. None of a condition or an actor.
std::vector<Partition> partitions(Context& context, std::uint32_t object);

// Names and phrases for messages.
std::string task_name(const history::History& history, std::uint32_t task);  // "worker[0]"
std::string object_name(const history::History& history, std::uint32_t object);
std::string partition_name(const history::History& history, const Partition& partition);
std::string describe(const history::History& history, const history::Call& call);  // "store n 101"
std::string result_of(const history::Call& call);                                  // "100", "empty"
// "worker[0] (store n 101)"
std::string who_did(const history::History& history, std::uint32_t call);

// What is wrong with a history that none can have: the first absurdity as a sentence, "" if none.
std::string absurdity(const history::History& history);

// Fills in common_objects and contended_sites.
void count_evidence(const history::History& history, Verdict& verdict);

}  // namespace stagger::check
