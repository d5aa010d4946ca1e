// SPDX-License-Identifier: Apache-2.0
//
// The names of symptoms, the most specific first: the order is the precedence of a finding's
// headline. Stable: specs (`finds`, `allow`), reports and schedule files spell them. What each
// means and how it is judged belongs to `check`; specs are checked against this list alone.
#pragma once

#include <array>
#include <string_view>

namespace stagger {

inline constexpr std::array<std::string_view, 23> kSymptomNames = {
    "lost-update",
    "stale-read",
    "never-visible",
    "torn-value",
    "lost-message",
    "duplicate-message",
    "reordered-message",
    "invented-message",
    "mutual-exclusion",
    "lost-wakeup",
    "stuck-after-crash",
    "data-race",
    "deadlock",
    "livelock",
    "hang",
    "leak",
    "crash",
    "unexpected-error",
    "not-serializable",
    "not-linearizable",
    "forbidden-outcome",
    "assertion",
    "final-state",
};

}  // namespace stagger
