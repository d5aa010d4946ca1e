// SPDX-License-Identifier: Apache-2.0
//
// `stagger list types`: which backend has which operation of which type, as a matrix. Called by the
// table of topics in list.cpp.
#pragma once

#include "harness/cli/arguments/options.hpp"
#include "harness/cli/console.hpp"

namespace stagger::cli {

int list_types(const Options&, Console&);

}  // namespace stagger::cli
