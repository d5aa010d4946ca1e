// SPDX-License-Identifier: Apache-2.0
//
// The host process of a case: single-threaded, it loads the backends, makes their OS objects,
// forks the task processes and reaps them. Driven by the controller over a socket; when the
// controller is gone, however it went, the host kills what is left, cleans up, and ends.
#pragma once

namespace stagger::worker {

// Body of `stagger-worker --host`, with the descriptors of backend/protocol.hpp. Exit status.
int run_host();

}  // namespace stagger::worker
