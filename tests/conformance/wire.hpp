// SPDX-License-Identifier: Apache-2.0
//
// How the test and its tasks talk: whole messages over a socket pair, each a list of strings.
// Not the backend's affair. Used in the test's process and in every process of a case.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/host.hpp"

namespace stagger::conformance {

using Message = std::vector<std::string>;

// False when the other side has gone.
bool send_message(int socket, const Message& message);
bool receive_message(int socket, Message& message);

Message to_message(const Request& request);
Request to_request(const Message& message);
Message to_message(const Outcome& outcome);
Outcome to_outcome(const Message& message);

}  // namespace stagger::conformance
