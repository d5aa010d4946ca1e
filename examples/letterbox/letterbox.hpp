// SPDX-License-Identifier: Apache-2.0
//
// A letterbox in memory that processes share: letters are posted and taken in the order of posting.
// Plain POSIX, as a library would have it; the memory is the caller's.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pthread.h>
#include <time.h>

namespace letterbox {

enum class Recheck : std::uint8_t { On, Off };  // Off is the fault

class Letterbox {
public:
    static constexpr std::uint64_t kMostLetters = 16;
    static constexpr std::size_t kMostBytes = 240;

    // In memory that all processes have, before any of them uses it.
    void init(std::uint64_t capacity) {
        pthread_mutexattr_t mutex;
        pthread_mutexattr_init(&mutex);
        pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
        pthread_mutex_init(&mutex_, &mutex);
        pthread_mutexattr_destroy(&mutex);
        pthread_condattr_t condition;
        pthread_condattr_init(&condition);
        pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
        pthread_condattr_setclock(&condition, CLOCK_MONOTONIC);
        pthread_cond_init(&has_letters_, &condition);
        pthread_cond_init(&has_room_, &condition);
        pthread_condattr_destroy(&condition);
        capacity_ = capacity;
        posted_ = taken_ = 0;
    }

    // False if there was no room until then; without a time it waits for ever.
    bool post(std::string_view letter, const timespec* until) {
        pthread_mutex_lock(&mutex_);
        while (posted_ - taken_ == capacity_ && wait(has_room_, until)) {
        }
        const bool room = posted_ - taken_ < capacity_;
        if (room) {
            Slot& slot = slots_[posted_++ % capacity_];
            slot.size = static_cast<std::uint32_t>(letter.size());
            std::memcpy(slot.bytes, letter.data(), letter.size());
            pthread_cond_signal(&has_letters_);
        }
        pthread_mutex_unlock(&mutex_);
        return room;
    }

    // Nothing if no letter came until then.
    std::optional<std::string> take(const timespec* until, Recheck recheck) {
        pthread_mutex_lock(&mutex_);
        bool letter = posted_ != taken_;
        while (!letter && wait(has_letters_, until))
            letter = recheck == Recheck::Off || posted_ != taken_;
        std::optional<std::string> taken;
        if (letter) {
            const Slot& slot = slots_[taken_++ % capacity_];
            taken.emplace(slot.bytes, slot.size);
            pthread_cond_signal(&has_room_);
        }
        pthread_mutex_unlock(&mutex_);
        return taken;
    }

    // What is in it, the oldest letter first.
    std::vector<std::string> letters() {
        std::vector<std::string> all;
        pthread_mutex_lock(&mutex_);
        for (std::uint64_t i = taken_; i < posted_; ++i) {
            const Slot& slot = slots_[i % capacity_];
            all.emplace_back(slot.bytes, slot.size);
        }
        pthread_mutex_unlock(&mutex_);
        return all;
    }

private:
    struct Slot {
        std::uint32_t size;
        char bytes[kMostBytes];
    };

    // False when the time has come.
    bool wait(pthread_cond_t& condition, const timespec* until) {
        const int failed = until == nullptr ? pthread_cond_wait(&condition, &mutex_)
                                            : pthread_cond_timedwait(&condition, &mutex_, until);
        return failed == 0;
    }

    pthread_mutex_t mutex_;
    pthread_cond_t has_letters_, has_room_;
    std::uint64_t capacity_, posted_, taken_;
    Slot slots_[kMostLetters];
};

}  // namespace letterbox
