// SPDX-License-Identifier: Apache-2.0
//
// A backend whose results are bytes that are no value.
#include "tests/support/plugins/broken_boundary.hpp"

namespace {

stagger_status invoke(stagger_peer*, const stagger_call*) {
    stagger::plugin::detail::host->set_result("Lnonsense", 9);
    return STAGGER_OK;
}

stagger_backend broken_table() {
    stagger_backend table =
        stagger::broken::working_table("broken_result", "returns bytes that do not decode");
    table.invoke = invoke;
    return table;
}

const stagger_backend table = broken_table();

}  // namespace

STAGGER_EXPORT_TABLE(table, STAGGER_ABI_VERSION)
