// SPDX-License-Identifier: Apache-2.0
//
// For backends that break the C boundary itself: the table of a working backend, whose functions a
// plugin replaces before it exports the table under its own name.
#pragma once

#include "tests/support/plugins/broken.hpp"

namespace stagger::broken {

class Working : public SharedRegisters<IntegerRegister> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() { return {"working", "works", kRegistersOnly}; }
};

inline stagger_backend working_table(const char* name, const char* summary) {
    stagger_backend table = plugin::detail::Table<Working>::make();
    table.name = name;
    table.summary = summary;
    return table;
}

}  // namespace stagger::broken

#define STAGGER_EXPORT_TABLE(table, version) \
    extern "C" __attribute__((visibility("default"))) const stagger_entry stagger_backend_entry; \
    extern "C" const stagger_entry stagger_backend_entry = {version, sizeof(stagger_entry), &table};
