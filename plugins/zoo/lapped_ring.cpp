// SPDX-License-Identifier: Apache-2.0
//
// A ring of events in shared memory that its writer never waits for: what the reader has not read
// in time is overwritten, and the reader counts it as lost. It looks whether it has been lapped
// before it reads an event, and not after that: lapped while it reads, it finds half of another
// event, and takes the stream for corrupt.
//
// Reported in https://github.com/ocaml/ocaml/pull/15016 . Fixed by looking once more when the event
// has been read.
#include <time.h>

#include <array>
#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Look : std::uint8_t { Before, BeforeAndAfter };

constexpr std::uint64_t kSlots = 2;

// An event says in its first word which number it has; the others belong to it.
struct Event {
    std::atomic<std::uint64_t> number;
    std::atomic<std::int64_t> value;
    std::atomic<std::uint64_t> check;
};

struct Ring {
    std::atomic<std::uint64_t> begun;    // events that the writer has begun to write
    std::atomic<std::uint64_t> written;  // events that it has written
    std::array<Event, kSlots> events;
    std::atomic<std::uint64_t> next;  // the number of the next one to read
    std::atomic<std::uint64_t> lost;
};

std::uint64_t check_of(std::uint64_t number, std::int64_t value) {
    return number * 31 + static_cast<std::uint64_t>(value);
}

// Its reader comes by from time to time; nobody wakes it.
class LappedRing : public plugin::Queue {
public:
    LappedRing(Ring& ring, Look look) : ring_(ring), look_(look) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const auto number = wire::decode_integer(value);
        if (!number) throw plugin::Failure("this ring carries whole numbers");
        const std::uint64_t index = ring_.begun.fetch_add(1);
        Event& event = ring_.events[index % kSlots];
        event.number = index;
        event.value = *number;
        event.check = check_of(index, *number);
        ring_.written = index + 1;
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        for (;;) {
            const std::uint64_t next = ring_.next;
            if (next == ring_.written) {
                if (deadline.passed()) return {STAGGER_EMPTY};
                const timespec moment = {0, 1'000'000};
                nanosleep(&moment, nullptr);
                continue;
            }
            if (skip_lost(next)) continue;
            const Event& event = ring_.events[next % kSlots];
            const std::uint64_t number = event.number;
            const std::int64_t value = event.value;
            const std::uint64_t check = event.check;
            if (look_ == Look::BeforeAndAfter && skip_lost(next)) continue;
            if (number != next || check != check_of(number, value))
                throw plugin::Failure("corrupt stream");
            ring_.next = next + 1;
            return plugin::Reply::of(wire::encode_integer(value));
        }
    }
    std::string snapshot() override {
        std::vector<std::string> values;
        for (plugin::Reply reply = take(plugin::Deadline::at(0)); reply.status == STAGGER_OK;
             reply = take(plugin::Deadline::at(0)))
            values.push_back(reply.result);
        return wire::encode_list(values);
    }

private:
    // Counts what has been overwritten, or is about to be, before it was read.
    bool skip_lost(std::uint64_t next) {
        const std::uint64_t begun = ring_.begun;
        if (begun <= next + kSlots) return false;
        ring_.lost += begun - kSlots - next;
        ring_.next = begun - kSlots;
        return true;
    }

    Ring& ring_;
    const Look look_;
};

constexpr stagger_option kOptions[] = {
    {"look", "before|both", "before", "when the reader looks whether it has been lapped"},
    {nullptr, nullptr, nullptr, nullptr},
};

class LappedRings : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_lapped_ring", "a ring that overwrites what was not read", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SNAPSHOT});
        return about;
    }
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.lossy = 1;
        return promise;
    }

    explicit LappedRings(const plugin::Config& config)
        : look_(config.choose<Look>("look", {"before", "both"})), rings_(config.objects().size()) {}

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const zoo::Shared<Ring>& ring : rings_)
            objects.push_back(std::make_unique<LappedRing>(*ring, look_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (zoo::Shared<Ring>& ring : rings_) ring.clear();
    }

private:
    const Look look_;
    std::vector<zoo::Shared<Ring>> rings_;
};

}  // namespace

STAGGER_BACKEND(LappedRings)
