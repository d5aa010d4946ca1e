// SPDX-License-Identifier: Apache-2.0
//
// What a benchmark needs of the build that it belongs to: the worker and the backends. Used by the
// benchmarks' programs, which lie beside the worker.
#pragma once

#include "harness/engine/campaign.hpp"

namespace stagger::bench {

// Seed 1; writes no files.
engine::CampaignOptions installed();

}  // namespace stagger::bench
