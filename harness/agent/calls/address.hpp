// SPDX-License-Identifier: Apache-2.0
//
// Which socket an address means: the one that is bound to it now. Private to the agent; runs in
// the task that calls, and in the host.
#pragma once

#include <sys/socket.h>

#include <cstdint>

namespace stagger::agent {

// The id of the socket at that address; 0 for an address of an unknown family.
std::uint64_t socket_at(int socket, const sockaddr* address, socklen_t size);

// Says that `socket` was just bound, or got a port by listening: its descriptor has that id now.
void remember_bound(int socket);

int socket_type(int socket);  // SOCK_STREAM, ...; -1 if it is no socket

}  // namespace stagger::agent
