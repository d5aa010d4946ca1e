// SPDX-License-Identifier: Apache-2.0
//
// The parts of make_cell besides data (cells.cpp): synchronisation and channels.
#pragma once

#include "plugins/server/machine.hpp"

namespace stagger::server {

std::unique_ptr<Cell> make_synchronising_cell(const plugin::ObjectSpec& spec);
std::unique_ptr<Cell> make_channel_cell(const plugin::ObjectSpec& spec, const CellOptions& options);

}  // namespace stagger::server
