// SPDX-License-Identifier: Apache-2.0
//
// timerfds in virtual time. Who waits for one waits until its time at most; who asks whether it is
// ready first lets it ring, if its time has come: the kernel's own timer is made to expire, so that
// poll, epoll and read see what they would. Private to the agent; runs in the task that calls.
// timerfd_create(2).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "harness/control/layout.hpp"

namespace stagger::agent {

// Null: no timer, or one that there was no room for.
control::TimerEntry* find_timer(control::Key key);

// Armed outside of control: the kernel wakes who waits for it.
bool is_real_timer(control::Key key);

// Of the timers among `keys`, of all if more than kMaxWaitKeys are counted: lets those ring whose
// time has come; when the next one does, kNoDeadline if none is armed.
void ring_timers(const control::Key* keys, std::uint32_t count);
std::int64_t next_ring(const control::Key* keys, std::uint32_t count);

// read(2) of a timer under control; fails with errno.
ssize_t read_timer(int descriptor, void* buffer, std::size_t size);

}  // namespace stagger::agent
