// SPDX-License-Identifier: Apache-2.0
//
// A backend that lets an exception leave through the C boundary.
#include "tests/support/plugins/broken_boundary.hpp"

namespace {

stagger_status invoke(stagger_peer*, const stagger_call*) {
    throw std::runtime_error("nobody catches this");
}

stagger_backend broken_table() {
    stagger_backend table =
        stagger::broken::working_table("broken_throw", "throws across the C boundary");
    table.invoke = invoke;
    return table;
}

const stagger_backend table = broken_table();

}  // namespace

STAGGER_EXPORT_TABLE(table, STAGGER_ABI_VERSION)
