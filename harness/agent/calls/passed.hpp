// SPDX-License-Identifier: Apache-2.0
//
// Descriptors that travel over sockets (SCM_RIGHTS, unix(7)): their ids travel beside them, in
// order, through the registry. Private to the agent.
#pragma once

#include <sys/socket.h>

namespace stagger::agent {

// `message` went out through `socket`, or came in through it.
void note_passed(int socket, const msghdr& message);
void note_received(int socket, const msghdr& message);

}  // namespace stagger::agent
