// SPDX-License-Identifier: Apache-2.0
//
// An event made of a mutex and a condition, which is torn down and made anew when it is cleared.
// pthread_cond_destroy() waits until all who were in pthread_cond_wait() have left; a process that
// was killed in there never leaves, and so whoever clears the event waits for ever.
//
// Reported in https://github.com/boostorg/interprocess/issues/109 and
// https://github.com/Project-OSRM/osrm-backend/issues/3911 . Fixed by not destroying what a process
// may have died in: the memory is what is given back.
#include <pthread.h>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Clear : std::uint8_t { Destroy, Leave };

struct State {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    std::uint32_t is_set;
};

void create_condition(State& state) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&state.changed, &attributes);
}

void create(State& state) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&state.mutex, &attributes);
    create_condition(state);
}

class TornDownEvent : public plugin::Event {
public:
    TornDownEvent(State& state, Clear clear) : state_(state), clear_(clear) {}

    void set() override {
        lock();
        state_.is_set = 1;
        pthread_cond_broadcast(&state_.changed);
        pthread_mutex_unlock(&state_.mutex);
    }

    void clear() override {
        lock();
        state_.is_set = 0;
        pthread_mutex_unlock(&state_.mutex);
        if (clear_ == Clear::Leave) return;
        pthread_cond_destroy(&state_.changed);
        create_condition(state_);
    }

    stagger_status wait(plugin::Deadline deadline) override {
        lock();
        while (state_.is_set == 0 && deadline.never()) recover(sleep());
        const bool is_set = state_.is_set != 0;
        pthread_mutex_unlock(&state_.mutex);
        return is_set ? STAGGER_OK : STAGGER_TIMEOUT;
    }

    std::string snapshot() override { return wire::encode_boolean(state_.is_set != 0); }

private:
    int sleep() { return pthread_cond_wait(&state_.changed, &state_.mutex); }
    void lock() { recover(pthread_mutex_lock(&state_.mutex)); }
    void recover(int result) {
        if (result == EOWNERDEAD) pthread_mutex_consistent(&state_.mutex);
    }

    State& state_;
    const Clear clear_;
};

constexpr std::size_t kMostEvents = 8;

struct States {
    State state[kMostEvents];
};

constexpr stagger_option kOptions[] = {
    {"clear", "destroy|leave", "destroy",
     "what becomes of the condition when the event is cleared"},
    {nullptr, nullptr, nullptr, nullptr},
};

class TornDownConditions : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_condition_torn_down", "events whose condition is made anew", {}, kOptions};
        about.operations[STAGGER_EVENT] = plugin::kAllOperations[STAGGER_EVENT];
        return about;
    }

    explicit TornDownConditions(const plugin::Config& config)
        : objects_(config.objects()), clear_(config.choose<Clear>("clear", {"destroy", "leave"})) {
        if (objects_.size() > kMostEvents) throw plugin::Failure("there are at most 8 events");
        TornDownConditions::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects events;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            events.push_back(std::make_unique<TornDownEvent>(states_->state[i], clear_));
        return std::make_unique<plugin::ObjectPeer>(std::move(events));
    }

    void reset_shared() override {
        states_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            create(states_->state[i]);
            const bool is_set = wire::decode_boolean(objects_[i].initial).value_or(false);
            states_->state[i].is_set = is_set ? 1 : 0;
        }
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Clear clear_;
    zoo::Shared<States> states_;
};

}  // namespace

STAGGER_BACKEND(TornDownConditions)
