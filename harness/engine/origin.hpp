// SPDX-License-Identifier: Apache-2.0
//
// With what a schedule was found, and what is different where it is replayed. Called when findings
// are written and when they are replayed, in the controller; looks at files, and loads no plugin.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/campaign.hpp"
#include "harness/schedule/schedule.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

// This program, this machine, and the backends of the case as their files are now.
schedule::Origin origin_of(const spec::Case&, const CampaignOptions&);

Differences differences(const schedule::Origin& then, const schedule::Origin& now);

}  // namespace stagger::engine
