// SPDX-License-Identifier: Apache-2.0
//
// The two halves of make_cell: data (cells.cpp) and synchronisation (sync_cells.cpp).
#pragma once

#include "plugins/server/machine.hpp"

namespace stagger::server {

std::unique_ptr<Cell> make_synchronising_cell(const plugin::ObjectSpec& spec);

}  // namespace stagger::server
