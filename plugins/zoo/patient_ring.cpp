// SPDX-License-Identifier: Apache-2.0
//
// A broadcast ring in shared memory: each slot has a bit for every receiver that has not read it
// yet. Its sender waits 100 ms for a slot to be free, and then disconnects those who keep it. Such
// a receiver is not dead, only slow, and nobody tells it: what is sent from then on is not meant
// for it, and it waits for ever.
//
// Reported for cpp-ipc in https://github.com/mutouyun/cpp-ipc/pull/147 . Fixed by a receiver that
// looks, when there is nothing for it, whether it is still connected.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>

#include <stagger/channels.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Receiver : std::uint8_t { Waits, Looks };

constexpr std::uint32_t kSlots = 2;
constexpr std::size_t kMostTasks = 16;

using Word = std::atomic<std::uint32_t>;

struct Slot {
    std::atomic<std::int64_t> value;
    Word unread;  // a bit for each receiver
};

struct Ring {
    Word written;
    Word connected;  // a bit for each receiver
    Word opened;     // somebody has connected
    std::array<Slot, kSlots> slots;
    std::array<std::uint32_t, kMostTasks> next;  // each receiver's own
};

bool sleep_while(Word& word, std::uint32_t value, const timespec* patience) {
    return syscall(SYS_futex, &word, FUTEX_WAIT, value, patience, nullptr, 0) == 0 ||
           errno != ETIMEDOUT;
}
void wake_all(Word& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

// One sender, which begins when somebody has connected.
class PatientTopic : public plugin::Topic {
public:
    PatientTopic(Ring& ring, Receiver receiver) : ring_(ring), receiver_(receiver) {}

    stagger_status publish(std::string_view value, plugin::Deadline) override {
        const auto number = wire::decode_integer(value);
        if (!number) throw plugin::Failure("this ring carries whole numbers");
        while (ring_.opened == 0) sleep_while(ring_.opened, 0, nullptr);
        Slot& slot = ring_.slots[ring_.written % kSlots];
        make_free(slot);
        slot.value = *number;
        slot.unread = ring_.connected.load();
        ring_.written.fetch_add(1);
        wake_all(ring_.written);
        return STAGGER_OK;
    }

    void subscribe() override {
        ring_.next.at(plugin::current_task) = ring_.written;
        ring_.connected.fetch_or(own_bit());
        ring_.opened = 1;
        wake_all(ring_.opened);
    }

    plugin::Reply receive(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("this ring knows no time-out");
        std::uint32_t& next = ring_.next.at(plugin::current_task);
        for (;;) {
            const std::uint32_t written = ring_.written;
            for (; next != written; ++next) {
                Slot& slot = ring_.slots[next % kSlots];
                const std::int64_t value = slot.value;
                if ((slot.unread.fetch_and(~own_bit()) & own_bit()) == 0) continue;
                wake_all(slot.unread);
                ++next;
                return plugin::Reply::of(wire::encode_integer(value));
            }
            const bool connected = (ring_.connected & own_bit()) != 0;
            if (receiver_ == Receiver::Looks && !connected) return {STAGGER_CLOSED};
            sleep_while(ring_.written, written, nullptr);
        }
    }

private:
    static std::uint32_t own_bit() { return std::uint32_t{1} << plugin::current_task; }

    void make_free(Slot& slot) {
        const timespec patience = {0, 100'000'000};
        for (std::uint32_t unread = slot.unread; unread != 0; unread = slot.unread) {
            if (sleep_while(slot.unread, unread, &patience)) continue;
            ring_.connected.fetch_and(~slot.unread.exchange(0));
            wake_all(ring_.written);
        }
    }

    Ring& ring_;
    const Receiver receiver_;
};

constexpr stagger_option kOptions[] = {
    {"receiver", "waits|looks", "waits", "what a receiver does where there is nothing for it"},
    {nullptr, nullptr, nullptr, nullptr},
};

class PatientRing : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_patient_ring", "a topic whose sender waits 100 ms for the slow", {}, kOptions};
        about.operations[STAGGER_TOPIC] =
            plugin::operation_bits({STAGGER_PUBLISH, STAGGER_SUBSCRIBE, STAGGER_RECEIVE});
        return about;
    }
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.topic_lossy = 1;
        return promise;
    }

    explicit PatientRing(const plugin::Config& config)
        : receiver_(config.choose<Receiver>("receiver", {"waits", "looks"})) {
        if (config.objects().size() != 1) throw plugin::Failure("one topic, no more");
        if (config.tasks() > kMostTasks) throw plugin::Failure("there are at most 16 tasks");
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<PatientTopic>(*ring_, receiver_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override { ring_.clear(); }

private:
    const Receiver receiver_;
    zoo::Shared<Ring> ring_;
};

}  // namespace

STAGGER_BACKEND(PatientRing)
