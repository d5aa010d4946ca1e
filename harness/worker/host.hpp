// SPDX-License-Identifier: Apache-2.0
//
// The host process of a case: single-threaded, it loads the backends, and forks a builder (see
// builder.hpp) whenever the controller, which drives both over a socket, asks for processes. When
// the controller is gone, however it went, the builder cleans up, and both end.
#pragma once

namespace stagger::worker {

// Body of `stagger-worker --host`, with the descriptors of backend/protocol.hpp. Exit status.
int run_host();

}  // namespace stagger::worker
