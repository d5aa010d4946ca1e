// SPDX-License-Identifier: Apache-2.0
//
// Which tasks a case has, in the order of their slots: roles, the parent, servers. Pure.
#pragma once

#include "harness/backend/protocol.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::worker {

backend::Layout lay_out(const spec::Scenario&, const spec::Case&);
void add_servers(backend::Layout&, std::uint32_t count);

// True if some expectation reads the tasks' variables, so that they must be recorded.
bool reads_variables(const spec::Scenario&, const spec::Case&);

std::uint32_t process_count(const backend::Layout&);
// Of any one process, its roles' threads and the parent's.
std::uint32_t most_clients(const backend::Layout&);

}  // namespace stagger::worker
