// SPDX-License-Identifier: Apache-2.0
//
// Sending on a socket under control: for send and its kin, and for write. Private to the agent.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include "harness/control/key.hpp"
#include "harness/control/layout.hpp"

namespace stagger::agent {

// What a send through `socket` to that address changes, and waits for when there is no room: its
// connection, or for datagrams the socket that receives them. `address` may be null.
control::Key send_key(int socket, const sockaddr* address, socklen_t size);

// sendmsg, but for errno in the caller's hands. A stream's long message is sent in parts.
ssize_t send_controlled(control::Call call, int socket, const msghdr& message, int flags);

}  // namespace stagger::agent
