// SPDX-License-Identifier: Apache-2.0
//
// Signals of the `stagger` process: the first SIGINT, SIGTERM or SIGHUP asks for an end with what
// is there, the second one kills, if it is no SIGHUP. SIGPIPE and SIGXFSZ are caught by a handler
// that does nothing, and not ignored, because an ignored signal would stay ignored in the programs
// that workers run.
#pragma once

#include <atomic>

namespace stagger::cli {

// Called by main, once, before any thread exists.
void install_signal_handlers();

// Set by the first of them; what the engine polls.
const std::atomic<bool>& cancelled();

}  // namespace stagger::cli
