// SPDX-License-Identifier: Apache-2.0
//
// A backend built against another version of the ABI.
#include "tests/support/plugins/broken_boundary.hpp"

namespace {

stagger_backend broken_table() {
    stagger_backend table =
        stagger::broken::working_table("broken_version", "has the wrong version");
    table.abi_version = STAGGER_ABI_VERSION + 1;
    return table;
}

const stagger_backend table = broken_table();

}  // namespace

STAGGER_EXPORT_TABLE(table, STAGGER_ABI_VERSION + 1)
