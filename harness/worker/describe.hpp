// SPDX-License-Identifier: Apache-2.0
//
// Tells what a backend is, as JSON on standard output, for `stagger list backends`. Runs in a
// process of its own, so that a plugin that crashes when loaded harms nobody.
#pragma once

#include <string>

namespace stagger::worker {

// Body of `stagger-worker --describe FILE`. Exit status; an error goes to standard error.
int describe_plugin(const std::string& path);

}  // namespace stagger::worker
