// SPDX-License-Identifier: Apache-2.0
#include "tests/support/plugins/half_seen_cell.hpp"

namespace stagger::broken {

std::int64_t read_cell(const std::int64_t& cell) {
    return cell;
}

void write_cell(std::int64_t& cell, std::int64_t value) {
    cell = value;
}

}  // namespace stagger::broken
