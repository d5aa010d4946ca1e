// SPDX-License-Identifier: Apache-2.0
//
// A bounded queue after Vyukov's (1024cores.net, "Bounded MPMC queue"): both ends claim a position
// by compare-and-exchange, and a turn in each place says whose it is. Unlike there, a queue counts
// as empty or full by what was claimed, not by what is finished, so that its operations are
// linearizable: who finds its place still in use by a slower task waits for that task. With one
// task at each end (Lamport 1977) no turns are needed: an end moves when its work is done.
#include "plugins/ring/ring.hpp"

namespace stagger::ring {
namespace {

using plugin::Deadline;
using plugin::Reply;

constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;

std::uint64_t position(std::uint64_t tail) {
    return tail & ~kClosed;
}

class RingQueue : public plugin::Queue {
public:
    explicit RingQueue(const memory::Place& place)
        : place_(place), cell_(place.region.at<QueueCell>(place.cell)) {}

    stagger_status put(std::string_view value, Deadline deadline) override {
        bool closed = false, done = false;
        cell_.changed.wait_until(deadline, [&] {
            std::uint64_t tail = cell_.tail.load();
            for (;;) {
                closed = (tail & kClosed) != 0;
                if (closed) return true;
                if (tail - cell_.head.load() >= cell_.places.capacity) return false;
                done = put_at(tail, value);
                if (done) return true;
            }
        });
        if (closed) return STAGGER_CLOSED;
        if (!done) return STAGGER_FULL;
        cell_.changed.ring();
        return STAGGER_OK;
    }
    Reply take(Deadline deadline) override {
        bool closed = false;
        std::optional<std::string> value;
        cell_.changed.wait_until(deadline, [&] {
            std::uint64_t head = cell_.head.load();
            for (;;) {
                const std::uint64_t tail = cell_.tail.load();
                closed = (tail & kClosed) != 0;
                if (head == position(tail)) return closed;
                value = take_at(head);
                if (value) return true;
            }
        });
        if (!value) return {closed ? STAGGER_CLOSED : STAGGER_EMPTY};
        cell_.changed.ring();
        return Reply::of(*std::move(value));
    }
    std::int64_t size() override {
        std::uint64_t head = cell_.head.load();
        for (;;) {
            const std::uint64_t tail = position(cell_.tail.load());
            const std::uint64_t again = cell_.head.load();
            if (again == head) return static_cast<std::int64_t>(tail - head);
            head = again;
        }
    }
    void close() override {
        cell_.tail.fetch_or(kClosed);
        cell_.changed.ring();
    }
    std::string snapshot() override {
        std::vector<std::string> all;
        const std::uint64_t tail = position(cell_.tail.load());
        for (std::uint64_t at = cell_.head.load(); at < tail; ++at)
            if (is_complete(at)) all.push_back(value_of(place_at(at)));
        return wire::encode_list(all);
    }

protected:
    // At this position, if the tail is there still; it is changed to where it is now.
    virtual bool put_at(std::uint64_t& tail, std::string_view value) = 0;
    virtual std::optional<std::string> take_at(std::uint64_t& head) = 0;
    virtual bool is_complete(std::uint64_t position) const = 0;

    Place& place_at(std::uint64_t position) const {
        return cell_.places.at(place_.region, position);
    }
    std::string value_of(const Place& place) const {
        return place.value.read(place_.region, place_.value_size);
    }

    const memory::Place place_;
    QueueCell& cell_;
};

class MpmcQueue : public RingQueue {
public:
    using RingQueue::RingQueue;

protected:
    bool put_at(std::uint64_t& tail, std::string_view value) override {
        const std::uint64_t mine = tail;
        if (!cell_.tail.compare_exchange_strong(tail, mine + 1)) return false;
        Place& place = await(mine, 0);
        place.value.write(place_.region, value, place_.value_size);
        place.turn.fetch_add(1);
        return true;
    }
    std::optional<std::string> take_at(std::uint64_t& head) override {
        const std::uint64_t mine = head;
        if (!cell_.head.compare_exchange_strong(head, mine + 1)) return std::nullopt;
        Place& place = await(mine, 1);
        std::string value = value_of(place);
        place.turn.fetch_add(1);
        return value;
    }
    bool is_complete(std::uint64_t position) const override {
        return place_at(position).turn.load() == turn(position, 1);
    }

private:
    // Filled: 0 before, 1 after a value is in.
    std::uint64_t turn(std::uint64_t position, std::uint64_t filled) const {
        return 2 * cell_.places.lap(position) + filled;
    }
    // The place, once whoever used it before has finished.
    Place& await(std::uint64_t position, std::uint64_t filled) {
        Place& place = place_at(position);
        cell_.changed.wait_until(Deadline::after(-1),
                                 [&] { return place.turn.load() == turn(position, filled); });
        return place;
    }
};

class SpscQueue : public RingQueue {
public:
    using RingQueue::RingQueue;

    stagger_status put(std::string_view value, Deadline deadline) override {
        claim(cell_.producer, "puts into");
        return RingQueue::put(value, deadline);
    }
    Reply take(Deadline deadline) override {
        claim(cell_.consumer, "takes from");
        return RingQueue::take(deadline);
    }

protected:
    // Only a close can be faster; then the value was never put.
    bool put_at(std::uint64_t& tail, std::string_view value) override {
        place_at(tail).value.write(place_.region, value, place_.value_size);
        return cell_.tail.compare_exchange_strong(tail, tail + 1);
    }
    std::optional<std::string> take_at(std::uint64_t& head) override {
        std::string value = value_of(place_at(head));
        cell_.head.store(head + 1);
        return value;
    }
    bool is_complete(std::uint64_t) const override { return true; }

private:
    // The first to come has this end of the queue for itself.
    static void claim(memory::Word& end, const char* what) {
        const std::uint32_t me = plugin::current_task + 1;
        std::uint32_t holder = end.load(std::memory_order_relaxed);
        if (holder == 0 && end.compare_exchange_strong(holder, me)) return;
        if (holder != me)
            throw plugin::Failure(std::string("a second task ") + what +
                                  " an spsc ring, which has one at each end");
    }
};

}  // namespace

std::unique_ptr<plugin::Object> make_queue(const memory::Place& place, Kind kind) {
    if (kind == Kind::Spsc) return std::make_unique<SpscQueue>(place);
    return std::make_unique<MpmcQueue>(place);
}

void create_queue(const memory::Place& place, const std::string& initial) {
    auto& cell = place.region.at<QueueCell>(place.cell);
    cell.places.create(place.region, place.capacity != 0 ? place.capacity : kCapacity);
    if (wire::count(initial) > cell.places.capacity)
        throw plugin::Failure("a queue's initial values are more than its capacity");
    std::uint64_t tail = 0;
    for (const std::string_view value : wire::items(initial)) {
        Place& at = cell.places.at(place.region, tail++);
        at.value.write(place.region, value, place.value_size);
        at.turn.store(1);
    }
    cell.tail.store(tail);
}

}  // namespace stagger::ring
