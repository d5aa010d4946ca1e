// SPDX-License-Identifier: Apache-2.0
//
// What poll, select and epoll wait for: any of several descriptors. Private to the agent; on the
// stack of the call.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {

class Watched {
public:
    // A negative descriptor is passed over, as poll does. With an epoll object comes what it
    // watches, since that makes it ready.
    void add(int descriptor, bool in, bool out);
    void add_key(control::Key key);
    // Nobody knows what: any touch is to wake.
    void add_any() { count_ = control::kMaxWaitKeys + 1; }

    const control::Key* keys() const { return keys_; }
    // May be more than there is room for keys: then any touch wakes, which is safe.
    std::uint32_t count() const { return count_; }
    // Asking reads the state of all of them.
    void note_reads() const;
    control::Key first() const { return count_ > 0 ? keys_[0] : control::kNoKey; }

    // Makes those timers readable whose time has come.
    void ring() const;
    // Waits until one of them is touched, a timer among them has come, or `deadline`.
    Woken wait(std::int64_t deadline) const;

private:
    void add_members(control::Key epoll, int depth);
    void note_stranger(control::Key key);
    bool has_all() const { return count_ <= control::kMaxWaitKeys; }

    control::Key keys_[control::kMaxWaitKeys] = {};
    std::uint32_t count_ = 0;
    bool foreign_ = false;
};

// `watch()` tells what is watched, and is asked again before each wait: others may change it.
// `ask` does not wait and returns 0 when nothing is ready. Negative `ns`: no time-out.
template <typename Watch, typename Ask>
int ask_when_chosen(Watch watch, std::int64_t ns, Ask ask) {
    const CancellationPoint here;
    const Watched at_first = watch();
    ns == 0 ? spinning_point(control::Call::Poll, at_first.first())
            : point(control::Call::Poll, at_first.first());
    const std::int64_t deadline = deadline_after(ns);
    while (true) {
        const Watched watched = watch();
        watched.note_reads();
        watched.ring();
        const int result = ask();
        if (result != 0 || deadline <= self.execution().clock) return result;
        if (is_interrupted(false)) {
            errno = EINTR;
            return -1;
        }
        watched.wait(deadline);
    }
}

}  // namespace stagger::agent
