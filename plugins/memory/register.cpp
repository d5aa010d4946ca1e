// SPDX-License-Identifier: Apache-2.0
//
// A register is one atomic word where its value is an integer, so that without a lock its
// operations are those that std::atomic offers. Any other value lies in the slot beside it and is
// copied piece by piece.
#include <optional>

#include "plugins/memory/data.hpp"

namespace stagger::memory {
namespace {

// The word for a value; nothing for one that needs the slot.
std::optional<std::int64_t> word_of(const Place& place, std::string_view value) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 62;
    const auto integer = wire::decode_integer(value);
    // A sized value goes through the slot, where all its bytes are.
    if (place.value_size != 0 || !integer || *integer < -kLimit || *integer >= kLimit)
        return std::nullopt;
    return *integer * 2 + 1;
}

std::string value_of(std::int64_t word) {
    return wire::encode_integer((word - 1) / 2);
}

bool is_integer(std::int64_t word) {
    return word != 0;
}

struct Orders {
    std::memory_order load, store, exchange;
};

Orders orders(Order order, bool unprotected) {
    if (!unprotected || order == Order::Relaxed)
        return {std::memory_order_relaxed, std::memory_order_relaxed, std::memory_order_relaxed};
    if (order == Order::AcquireRelease)
        return {std::memory_order_acquire, std::memory_order_release, std::memory_order_acq_rel};
    return {std::memory_order_seq_cst, std::memory_order_seq_cst, std::memory_order_seq_cst};
}

class RegisterObject : public plugin::Register {
public:
    RegisterObject(const Place& place, Orders order)
        : place_(place), cell_(place.region.at<RegisterCell>(place.cell)), order_(order) {}

    std::string load() override {
        const Locked lock = locked();
        return get();
    }
    void store(std::string_view value) override {
        const Locked lock = locked();
        put(value);
    }

    std::string swap(std::string_view value) override {
        const Locked lock = locked();
        if (const auto word = word_of(place_, value)) {
            const std::int64_t old = cell_.word.exchange(*word, order_.exchange);
            return is_integer(old) ? value_of(old) : slot();
        }
        std::string old = get();
        put(value);
        return old;
    }

    std::string add(std::string_view value) override {
        const Locked lock = locked();
        std::int64_t old = cell_.word.load(order_.load);
        while (is_integer(old)) {
            const auto word = word_of(place_, sum(value_of(old), value));
            if (!word) break;
            if (cell_.word.compare_exchange_weak(old, *word, order_.exchange, order_.load))
                return value_of(old);
        }
        std::string before = get();
        put(sum(before, value));
        return before;
    }

    bool cas(std::string_view expected, std::string_view value) override {
        const Locked lock = locked();
        auto old = word_of(place_, expected);
        const auto word = word_of(place_, value);
        if (old && word)
            return cell_.word.compare_exchange_strong(*old, *word, order_.exchange, order_.load);
        if (get() != expected) return false;
        put(value);
        return true;
    }

private:
    Locked locked() { return Locked(*place_.guard, cell_.lock, place_.object); }
    std::string slot() const { return cell_.slot.read(place_.region, place_.value_size); }

    std::string get() const {
        const std::int64_t word = cell_.word.load(order_.load);
        return is_integer(word) ? value_of(word) : slot();
    }
    void put(std::string_view value) {
        const auto word = word_of(place_, value);
        if (!word) cell_.slot.write(place_.region, value, place_.value_size);
        cell_.word.store(word.value_or(0), order_.store);
    }

    static std::string sum(std::string_view a, std::string_view b) {
        auto result = wire::add(a, b);
        if (!result) throw plugin::Failure("add needs two numbers");
        return *std::move(result);
    }

    const Place place_;
    RegisterCell& cell_;
    const Orders order_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_register(const Place& place, Order order, bool unprotected) {
    return std::make_unique<RegisterObject>(place, orders(order, unprotected));
}

void create_register(const Place& place, const std::string& initial) {
    auto& cell = place.region.at<RegisterCell>(place.cell);
    place.guard->create(cell.lock);
    const auto word = word_of(place, initial);
    cell.word.store(word.value_or(0), std::memory_order_relaxed);
    if (!word) cell.slot.write(place.region, initial, place.value_size);
}

}  // namespace stagger::memory
