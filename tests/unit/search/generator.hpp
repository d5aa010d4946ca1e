// SPDX-License-Identifier: Apache-2.0
//
// Draws small programs from a seed. For tests.
#pragma once

#include "tests/unit/search/program.hpp"

namespace stagger::testing {

enum class Flavour : std::uint8_t {
    Registers,
    Locks,
    Conditions,
    Queues,
    Operations,
    Servers,
    Mixed,
};

ProgramText generate(Flavour, std::uint64_t seed);
std::string to_string(const ProgramText&);

}  // namespace stagger::testing
