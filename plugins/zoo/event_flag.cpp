// SPDX-License-Identifier: Apache-2.0
//
// An event made of a flag, a mutex and a condition. Who sets it stores the flag without the mutex,
// and then notifies. Between the waiter's look at the flag and its falling asleep there is room for
// both: the notification wakes nobody, and the waiter sleeps although the flag is set.
//
// Reported in https://github.com/microsoft/usersim/pull/61 ,
// https://github.com/boostorg/thread/pull/105 and https://github.com/neosmart/pevents/issues/2 .
// Fixed by changing the flag with the mutex held; when to notify then does not matter.
#include <pthread.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Set : std::uint8_t { Outside, Inside };

struct Flag {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    std::atomic<std::uint32_t> is_set;
};

void create(Flag& flag, bool is_set) {
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&flag.mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&condition, CLOCK_MONOTONIC);
    pthread_cond_init(&flag.changed, &condition);
    flag.is_set.store(is_set ? 1 : 0);
}

class FlagEvent : public plugin::Event {
public:
    FlagEvent(Flag& flag, Set set) : flag_(flag), set_(set) {}

    void set() override { change(1); }
    void clear() override { change(0); }

    stagger_status wait(plugin::Deadline deadline) override {
        pthread_mutex_lock(&flag_.mutex);
        int result = 0;
        while (flag_.is_set.load() == 0 && result != ETIMEDOUT) result = sleep(deadline);
        const bool is_set = flag_.is_set.load() != 0;
        pthread_mutex_unlock(&flag_.mutex);
        return is_set ? STAGGER_OK : STAGGER_TIMEOUT;
    }

    std::string snapshot() override { return wire::encode_boolean(flag_.is_set.load() != 0); }

private:
    void change(std::uint32_t value) {
        if (set_ == Set::Inside) pthread_mutex_lock(&flag_.mutex);
        flag_.is_set.store(value);
        if (set_ == Set::Inside) pthread_mutex_unlock(&flag_.mutex);
        pthread_cond_broadcast(&flag_.changed);
    }

    int sleep(plugin::Deadline deadline) {
        if (deadline.immediate()) return ETIMEDOUT;
        if (deadline.never()) return pthread_cond_wait(&flag_.changed, &flag_.mutex);
        const timespec time = deadline.time();
        return pthread_cond_timedwait(&flag_.changed, &flag_.mutex, &time);
    }

    Flag& flag_;
    const Set set_;
};

constexpr std::size_t kMostFlags = 16;

struct Flags {
    Flag flag[kMostFlags];
};

constexpr stagger_option kOptions[] = {
    {"set", "outside|inside", "outside", "whether the flag changes with the mutex held"},
    {nullptr, nullptr, nullptr, nullptr},
};

class EventFlags : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_event_flag", "events from a flag, a mutex and a condition", {}, kOptions};
        about.operations[STAGGER_EVENT] = plugin::kAllOperations[STAGGER_EVENT];
        return about;
    }

    explicit EventFlags(const plugin::Config& config)
        : objects_(config.objects()), set_(config.choose<Set>("set", {"outside", "inside"})) {
        if (objects_.size() > kMostFlags) throw plugin::Failure("there are at most 16 events");
        EventFlags::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects events;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            events.push_back(std::make_unique<FlagEvent>(flags_->flag[i], set_));
        return std::make_unique<plugin::ObjectPeer>(std::move(events));
    }

    void reset_shared() override {
        flags_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            create(flags_->flag[i], wire::decode_boolean(objects_[i].initial).value_or(false));
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Set set_;
    zoo::Shared<Flags> flags_;
};

}  // namespace

STAGGER_BACKEND(EventFlags)
