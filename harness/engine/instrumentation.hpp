// SPDX-License-Identifier: Apache-2.0
//
// What of a case's backends Stagger cannot see: whether their files were compiled so that each
// access to memory is a point. Called in the controller, which reads the files and never loads
// them.
#pragma once

#include <string>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/engine/campaign.hpp"

namespace stagger::engine {

// One sentence part for each backend of the layout whose accesses to memory are out of sight.
std::vector<std::string> out_of_sight_backends(const backend::Layout&, const CampaignOptions&);

}  // namespace stagger::engine
