// SPDX-License-Identifier: Apache-2.0
//
// What of a case's backends Stagger cannot see: accesses to memory in files that were compiled
// without the flag that makes them points, and calls that the agent does not stand in front of.
// Called in the controller, which reads the files and never loads them.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/campaign.hpp"
#include "harness/engine/pool.hpp"

namespace stagger::engine {

// Whether the pool's processes, or threads of one, have memory in common besides Stagger's own.
// True where that cannot be told.
bool shares_memory(Pool&);

// A sentence part for each thing that is out of sight in the backends of the case.
std::vector<std::string> out_of_sight_backends(const spec::Case&, const CampaignOptions&);

// The same, of the plugin in that file and of the libraries that it brings along.
std::vector<std::string> out_of_sight_in(const std::string& name, const std::string& path);

}  // namespace stagger::engine
