// SPDX-License-Identifier: Apache-2.0
//
// What epoll objects watch. Kept in the control segment by key, as the kernel keeps it by open
// file: a descriptor that was added may be closed and live on as a copy, and a process may add to
// an epoll object in which another waits. Private to the agent; runs in the task that calls.
// epoll(7), "Questions and answers".
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::agent {

// A new epoll object watches nothing, whatever one with the same key did in an earlier execution.
void begin_epoll(control::Key epoll);
void add_to_epoll(control::Key epoll, int descriptor, bool in, bool out);
void remove_from_epoll(control::Key epoll, int descriptor);

// This process closed that number, or is about to end.
void note_epoll_closed(int descriptor);
void note_epoll_process_ended();

// Forgets what was closed and that nobody else holds open: the kernel has dropped it. `descriptor`
// is one of the epoll object.
void drop_closed_members(int descriptor, control::Key epoll);

// Calls `visit(entry)` for each member.
template <typename Visit>
void for_each_member(control::Registry& registry, control::Key epoll, Visit visit) {
    for (std::uint32_t i = 0; i < registry.epoll_count; ++i) {
        if (registry.epolls[i].epoll == epoll) visit(registry.epolls[i]);
    }
}

}  // namespace stagger::agent
