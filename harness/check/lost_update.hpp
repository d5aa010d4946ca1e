// SPDX-License-Identifier: Apache-2.0
//
// Lost updates among transactions that have no serial order: two read the same version of an object
// and both wrote it, or one overwrote what another had written since it read. Called by the oracle
// `serializability`.
#pragma once

#include "harness/check/transactions.hpp"

namespace stagger::check {

// Reports at most one for each object; false if there is none.
bool report_lost_updates(Context& context, const Group& group);

}  // namespace stagger::check
