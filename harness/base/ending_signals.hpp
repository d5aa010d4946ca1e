// SPDX-License-Identifier: Apache-2.0
//
// By which signals people, and terminals that are closed, ask a program to end.
#pragma once

#include <csignal>

namespace stagger {

inline constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGTERM};

}  // namespace stagger
