// SPDX-License-Identifier: Apache-2.0
//
// Whether a debugger is there, and may look into processes here. For `replay --gdb` and `doctor`,
// in the controller's main thread, before it has any other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stagger::cli {

// The gdb that PATH names first.
std::optional<std::string> find_gdb();

struct Obstacle {
    std::string why;     // a clause: "..."
    std::string remedy;  // what to do
};

// Tries it, on a process of its own. Nothing: it may.
std::optional<Obstacle> tracing_obstacle();

// What ptrace(2) failing with `error` means where kernel.yama.ptrace_scope is `scope`; "" where the
// kernel has no such setting. Pure.
Obstacle obstacle_of(int error, std::string_view scope);

}  // namespace stagger::cli
