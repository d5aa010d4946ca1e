// SPDX-License-Identifier: Apache-2.0
//
// A segment of shared memory that says in its first word how far its creator has come: nothing,
// initializing, initialized. Whoever opens it waits for the last by looking again and again. A
// creator that is killed before it says so leaves a segment that nobody will ever initialize, and
// each process that opens it from then on burns its processor for ever.
//
// Reported in https://github.com/boostorg/interprocess/issues/128 (before Boost 1.78). Fixed by a
// limit on that wait, after which who waits makes the segment ready itself.
#include <sched.h>
#include <time.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Waits : std::uint8_t { ForEver, Limited };
enum State : std::uint32_t { kNothing, kInitializing, kInitialized };

constexpr std::int64_t kLimit = 300'000'000'000;  // as Boost has it since 1.78

struct Segment {
    std::atomic<std::uint32_t> state;
    std::atomic<std::int64_t> number;
};

class ManagedSegment : public plugin::Register {
public:
    ManagedSegment(Segment& segment, std::int64_t initial, Waits waits)
        : segment_(segment), initial_(initial), waits_(waits) {}

    std::string load() override {
        open_or_create();
        return wire::encode_integer(segment_.number);
    }
    void store(std::string_view value) override {
        open_or_create();
        segment_.number = wire::decode_integer(value).value_or(0);
    }
    std::string snapshot() override { return wire::encode_integer(segment_.number); }

private:
    void open_or_create() {
        std::uint32_t expected = kNothing;
        if (segment_.state.compare_exchange_strong(expected, kInitializing)) return initialize();
        const std::int64_t give_up = plugin::monotonic_now() + kLimit;
        while (segment_.state != kInitialized) {
            if (waits_ == Waits::ForEver) {
                sched_yield();
                continue;
            }
            if (plugin::monotonic_now() >= give_up) return initialize();
            const timespec pause = {1, 0};
            nanosleep(&pause, nullptr);
        }
    }
    void initialize() {
        segment_.number = initial_;
        segment_.state = kInitialized;
    }

    Segment& segment_;
    const std::int64_t initial_;
    const Waits waits_;
};

constexpr stagger_option kOptions[] = {
    {"waits", "for-ever|limited", "for-ever", "how long a segment may stay half-made"},
    {nullptr, nullptr, nullptr, nullptr},
};

class ManagedSegments : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_managed_segment", "registers that the first user initializes", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit ManagedSegments(const plugin::Config& config)
        : objects_(config.objects()),
          waits_(config.choose<Waits>("waits", {"for-ever", "limited"})),
          segments_(objects_.size()) {}

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            objects.push_back(std::make_unique<ManagedSegment>(
                *segments_[i], wire::decode_integer(objects_[i].initial).value_or(0), waits_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (zoo::Shared<Segment>& segment : segments_) segment.clear();
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Waits waits_;
    std::vector<zoo::Shared<Segment>> segments_;
};

}  // namespace

STAGGER_BACKEND(ManagedSegments)
