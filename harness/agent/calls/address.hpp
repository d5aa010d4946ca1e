// SPDX-License-Identifier: Apache-2.0
//
// Which socket an address means: the one that is bound to it now. Private to the agent; runs in
// the task that calls, and in the host.
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "harness/control/key.hpp"

namespace stagger::agent {

// The id of the socket at that address; 0 for an address of an unknown family.
std::uint64_t socket_at(int socket, const sockaddr* address, socklen_t size);

// The address itself, whoever is bound to it: those who bind it change that, those who send or
// connect to it read it.
control::Key address_key(int socket, const sockaddr* address, socklen_t size);
// The event under way sends or connects to that address; or binds it.
void note_addressed(int socket, const sockaddr* address, socklen_t size);
void note_bound(int socket, const sockaddr* address, socklen_t size);

// Says that `socket` was just bound, or got a port by listening: its descriptor has that id now.
void remember_bound(int socket);

int socket_type(int socket);  // SOCK_STREAM, ...; -1 if it is no socket

}  // namespace stagger::agent
