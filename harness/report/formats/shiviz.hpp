// SPDX-License-Identifier: Apache-2.0
//
// One execution as a log that ShiViz draws: its first line is the expression to parse it by, and
// each event has a vector clock (Mattern 1989) of what happened before it: who wrote what it read,
// who sent what it took, who let it go on. Called by `replay`. Pure.
#pragma once

#include <string>

#include "harness/history/history.hpp"

namespace stagger::report {

std::string to_shiviz(const history::History&);

}  // namespace stagger::report
