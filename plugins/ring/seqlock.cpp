// SPDX-License-Identifier: Apache-2.0
//
// A register as a seqlock: writers make a number odd while they write, one at a time; readers copy
// the value and do so again where the number was odd or has changed in the meantime.
#include <sched.h>

#include "plugins/ring/ring.hpp"

namespace stagger::ring {
namespace {

// Odd for as long as it lives.
class Writing {
public:
    explicit Writing(memory::Word& sequence) : sequence_(sequence) {
        std::uint32_t even = sequence_.load();
        while (even % 2 != 0 || !sequence_.compare_exchange_weak(even, even + 1)) {
            sched_yield();
            even = sequence_.load();
        }
    }
    ~Writing() { sequence_.fetch_add(1); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

private:
    memory::Word& sequence_;
};

class Seqlock : public plugin::Register {
public:
    explicit Seqlock(const memory::Place& place)
        : place_(place), cell_(place.region.at<SeqlockCell>(place.cell)) {}

    std::string load() override {
        for (;;) {
            const std::uint32_t before = cell_.sequence.load();
            if (before % 2 == 0)
                if (auto value = copy_of(before)) return *std::move(value);
            sched_yield();
        }
    }
    void store(std::string_view value) override {
        const Writing writing(cell_.sequence);
        write(value);
    }
    std::string swap(std::string_view value) override {
        const Writing writing(cell_.sequence);
        std::string old = read();
        write(value);
        return old;
    }
    std::string add(std::string_view value) override {
        const Writing writing(cell_.sequence);
        std::string old = read();
        const auto sum = wire::add(old, value);
        if (!sum) throw plugin::Failure("add needs two numbers");
        write(*sum);
        return old;
    }
    bool cas(std::string_view expected, std::string_view value) override {
        const Writing writing(cell_.sequence);
        if (read() != expected) return false;
        write(value);
        return true;
    }

private:
    std::string read() const { return cell_.value.read(place_.region, place_.value_size); }
    void write(std::string_view value) {
        cell_.value.write(place_.region, value, place_.value_size);
    }
    bool is_still(std::uint32_t before) const {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        return cell_.sequence.load() == before;
    }
    // Nothing if somebody wrote meanwhile: then it may be torn.
    std::optional<std::string> copy_of(std::uint32_t before) const {
        try {
            std::string value = read();
            if (is_still(before)) return value;
        } catch (const plugin::Failure&) {
            if (is_still(before)) throw;
        }
        return std::nullopt;
    }

    const memory::Place place_;
    SeqlockCell& cell_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_register(const memory::Place& place) {
    return std::make_unique<Seqlock>(place);
}

void create_register(const memory::Place& place, const std::string& initial) {
    place.region.at<SeqlockCell>(place.cell).value.write(place.region, initial, place.value_size);
}

}  // namespace stagger::ring
