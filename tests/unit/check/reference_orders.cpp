// SPDX-License-Identifier: Apache-2.0
//
// The checkers that try every order.
#include <algorithm>

#include "tests/unit/check/reference.hpp"

namespace stagger::reference {

using history::Call;
using history::History;
using history::kNone;

namespace {

bool is_unknown(const Call& call) {
    return call.responded == kNone || call.status == ResultStatus::Error;
}

// A snapshot of a queue without a global order may list its values in any order.
bool agrees(const history::Object& object, const Call& call, unsigned part,
            const Outcome& outcome) {
    if (is_unknown(call)) return true;
    if (call.status != outcome.status) return false;
    const bool last_part = part + 1 == parts(object, call);
    if (!last_part || !info(call.operation).gives_result || call.status != ResultStatus::Ok)
        return true;
    if (call.operation == Operation::Snapshot && object.type == ObjectType::Queue &&
        object.contract.fifo_scope != STAGGER_FIFO_GLOBAL && call.result.list()) {
        Value::List a = *call.result.list();
        Value::List b = *outcome.result.list();
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        return a == b;
    }
    return call.result == outcome.result;
}

// Tries every order of the atomic parts of calls on one object.
class Orders {
public:
    explicit Orders(const History& history)
        : history_(history), object_(history.objects[0]), done_(history.calls.size(), 0) {}

    bool search(const Value& state) {
        if (is_complete()) return true;
        for (std::size_t i = 0; i < done_.size(); ++i)
            if (may_be_next(i) && advance(i, state)) return true;
        return false;
    }

private:
    unsigned parts_of(std::size_t i) const { return parts(object_, history_.calls[i]); }

    bool is_complete() const {
        for (std::size_t i = 0; i < done_.size(); ++i)
            if (!is_unknown(history_.calls[i]) && done_[i] < parts_of(i)) return false;
        return true;
    }

    // Nothing that came back before it was invoked is still to come.
    bool may_be_next(std::size_t i) const {
        if (done_[i] == parts_of(i)) return false;
        for (std::size_t j = 0; j < done_.size(); ++j) {
            const Call& other = history_.calls[j];
            if (is_unknown(other) || done_[j] == parts_of(j)) continue;
            if (other.responded < history_.calls[i].invoked) return false;
        }
        return true;
    }

    bool advance(std::size_t i, const Value& state) {
        const Call& call = history_.calls[i];
        for (const Outcome& outcome : outcomes(object_, state, call, done_[i])) {
            if (is_unknown(call) && outcome.status != ResultStatus::Ok) continue;
            if (!agrees(object_, call, done_[i], outcome)) continue;
            ++done_[i];
            const bool found = search(outcome.state);
            --done_[i];
            if (found) return true;
        }
        return false;
    }

    const History& history_;
    const history::Object& object_;
    std::vector<unsigned> done_;
};

// Tries every order of transactions: blocks, and calls outside of blocks.
class SerialOrders {
public:
    explicit SerialOrders(const History& history) : history_(history) {
        std::vector<std::size_t> of_block(history.blocks.size(), kNone);
        for (std::size_t i = 0; i < history.calls.size(); ++i) {
            const std::uint32_t block = history.calls[i].block;
            if (block == kNone || of_block[block] == kNone) {
                if (block != kNone) of_block[block] = transactions_.size();
                transactions_.push_back({});
            }
            transactions_[block == kNone ? transactions_.size() - 1 : of_block[block]].push_back(i);
        }
        done_.assign(transactions_.size(), false);
        for (const history::Object& object : history.objects)
            start_.push_back(initial_state(object));
    }

    bool search() { return search(start_); }

private:
    using States = std::vector<Value>;

    bool search(const States& states) {
        if (std::find(done_.begin(), done_.end(), false) == done_.end()) return true;
        for (std::size_t i = 0; i < done_.size(); ++i) {
            if (done_[i] || !may_be_next(i)) continue;
            done_[i] = true;
            const bool found = run(i, 0, states);
            done_[i] = false;
            if (found) return true;
        }
        return false;
    }

    std::uint32_t begin(std::size_t i) const {
        return history_.calls[transactions_[i].front()].invoked;
    }
    std::uint32_t end(std::size_t i) const {
        return history_.calls[transactions_[i].back()].responded;
    }

    bool may_be_next(std::size_t i) const {
        for (std::size_t j = 0; j < done_.size(); ++j)
            if (!done_[j] && j != i && end(j) < begin(i)) return false;
        return true;
    }

    bool run(std::size_t i, std::size_t step, const States& states) {
        if (step == transactions_[i].size()) return search(states);
        const Call& call = history_.calls[transactions_[i][step]];
        const history::Object& object = history_.objects[call.object];
        for (const Outcome& outcome : outcomes(object, states[call.object], call, 0)) {
            if (!agrees(object, call, 0, outcome)) continue;
            States after = states;
            after[call.object] = outcome.state;
            if (run(i, step + 1, after)) return true;
        }
        return false;
    }

    const History& history_;
    std::vector<std::vector<std::size_t>> transactions_;
    std::vector<bool> done_;
    States start_;
};

}  // namespace

bool has_legal_order(const History& history) {
    return Orders(history).search(initial_state(history.objects[0]));
}

bool has_serial_order(const History& history) {
    return SerialOrders(history).search();
}

}  // namespace stagger::reference
