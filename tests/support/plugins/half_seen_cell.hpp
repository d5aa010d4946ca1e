// SPDX-License-Identifier: Apache-2.0
//
// The part of half_seen whose accesses to memory nobody sees. For tests of that.
#pragma once

#include <cstdint>

namespace stagger::broken {

std::int64_t read_cell(const std::int64_t& cell);
void write_cell(std::int64_t& cell, std::int64_t value);

}  // namespace stagger::broken
