// SPDX-License-Identifier: Apache-2.0
//
// What poll, select and epoll wait for: any of several descriptors. Private to the agent; on the
// stack of the call.
#pragma once

#include <cstdint>

#include "harness/agent/point.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {

class Watched {
public:
    // A negative descriptor is passed over, as poll does.
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

private:
    control::Key keys_[control::kMaxWaitKeys] = {};
    std::uint32_t count_ = 0;
};

// `ask` does not wait and returns 0 when nothing is ready. Negative `ns`: no time-out.
template <typename Ask>
int ask_when_chosen(const Watched& watched, std::int64_t ns, Ask ask) {
    if (ns == 0) {
        spinning_point(control::Call::Poll, watched.first());
        watched.note_reads();
        return ask();
    }
    point(control::Call::Poll, watched.first());
    const std::int64_t deadline = deadline_after(ns);
    while (true) {
        watched.note_reads();
        const int result = ask();
        if (result != 0 || deadline <= self.execution().clock) return result;
        if (wait_for(watched.keys(), watched.count(), deadline) == Woken::TimedOut) return ask();
    }
}

}  // namespace stagger::agent
