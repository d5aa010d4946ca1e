// SPDX-License-Identifier: Apache-2.0
//
// A backend whose invoke answers with a status that does not exist.
#include "tests/support/plugins/broken_boundary.hpp"

namespace {

stagger_status invoke(stagger_peer*, const stagger_call*) {
    volatile int status = 99;
    return static_cast<stagger_status>(status);
}

stagger_backend broken_table() {
    stagger_backend table =
        stagger::broken::working_table("broken_status", "returns a status out of range");
    table.invoke = invoke;
    return table;
}

const stagger_backend table = broken_table();

}  // namespace

STAGGER_EXPORT_TABLE(table, STAGGER_ABI_VERSION)
