// SPDX-License-Identifier: Apache-2.0
//
// Queues, topics and registers in shared memory that no lock protects: rings whose places are
// claimed by atomic steps, and values guarded by a sequence number. Each process has its own set,
// over the same cells; threads use them at the same time. Whoever dies in the middle of an
// operation leaves its place claimed, and others wait for that for ever.
#pragma once

#include <optional>

#include "plugins/memory/futex.hpp"
#include "plugins/memory/store.hpp"

namespace stagger::ring {

// How many tasks may be at one end of a queue at the same time.
enum class Kind : std::uint8_t { Mpmc, Spsc };

// Values in a queue, or kept for a subscriber, where the scenario gives no capacity.
inline constexpr std::uint64_t kCapacity = 64;

// Rings themselves never wait: this is where tasks sleep until one has changed.
struct Bell {
    memory::Word rings;
    memory::Word waiters;

    void ring() {
        rings.fetch_add(1);
        if (waiters.load() != 0) memory::futex_wake(rings, INT_MAX);
    }
    // Waits until ready() holds; false once the deadline has passed without it. Whoever waits says
    // so and looks again before it sleeps; whoever rings has changed something before.
    template <typename Ready>
    bool wait_until(plugin::Deadline deadline, Ready ready) {
        while (!ready()) {
            if (deadline.immediate()) return false;
            waiters.fetch_add(1);
            const std::uint32_t seen = rings.load();
            const bool done = ready();
            const bool in_time = done || memory::futex_wait(rings, seen, deadline);
            waiters.fetch_sub(1);
            if (done) return true;
            if (!in_time) return ready();
        }
        return true;
    }
};

// A place in a ring. In its n-th use its turn is 2n while it is free, 2n + 1 while it holds a
// value; in a topic, where nobody frees it, n and n + 1.
struct Place {
    std::atomic<std::uint64_t> turn;
    memory::Slot value;
};

// The places of one ring, and how positions, which only ever grow, lead to them.
struct Places {
    std::uint64_t capacity;
    std::uint64_t block;

    void create(const memory::Region& region, std::uint64_t places) {
        capacity = places;
        block = region.allocate(places * sizeof(Place));
    }
    Place& at(const memory::Region& region, std::uint64_t position) const {
        return region.at<Place>(block + position % capacity * sizeof(Place));
    }
    std::uint64_t lap(std::uint64_t position) const { return position / capacity; }
};

struct QueueCell {
    std::atomic<std::uint64_t> head;  // the next position to take
    std::atomic<std::uint64_t> tail;  // the next to put, and whether the queue is closed
    memory::Word producer;            // for Spsc: the task after the one that puts, 0: none yet
    memory::Word consumer;
    Bell changed;
    Places places;
};

// Followed by each task's cursor.
struct TopicCell {
    std::atomic<std::uint64_t> tail;  // the next position to publish
    Bell changed;
    Places places;

    // The position after the one that the task receives next; 0: it has not subscribed.
    std::atomic<std::uint64_t>& cursor(std::uint32_t task) {
        return reinterpret_cast<std::atomic<std::uint64_t>*>(this + 1)[task];
    }
    static std::uint64_t size(std::uint32_t tasks) {
        return sizeof(TopicCell) + tasks * sizeof(std::atomic<std::uint64_t>);
    }
};

struct SeqlockCell {
    memory::Word sequence;  // odd while somebody writes
    memory::Slot value;
};

std::unique_ptr<plugin::Object> make_queue(const memory::Place& place, Kind kind);
std::unique_ptr<plugin::Object> make_topic(const memory::Place& place);
std::unique_ptr<plugin::Object> make_register(const memory::Place& place);

// Bring a zeroed cell to its initial value.
void create_queue(const memory::Place& place, const std::string& initial);
void create_topic(const memory::Place& place);
void create_register(const memory::Place& place, const std::string& initial);

}  // namespace stagger::ring
