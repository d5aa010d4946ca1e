// SPDX-License-Identifier: Apache-2.0
//
// A backend whose stores also hit Stagger's control segment, in the plan of the execution. Stray
// writes do not look for their place, but this one must hit.
#include <stdio.h>
#include <string.h>

#include "harness/control/layout.hpp"
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

control::Segment* find_segment() {
    FILE* maps = fopen("/proc/self/maps", "re");
    char line[512];
    void* begin = nullptr;
    while (begin == nullptr && fgets(line, sizeof(line), maps) != nullptr) {
        if (strstr(line, "stagger-control") != nullptr) sscanf(line, "%p", &begin);
    }
    fclose(maps);
    return static_cast<control::Segment*>(begin);
}

class Scribbling : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view value) override {
        IntegerRegister::store(value);
        find_segment()->plan.changes[3] += 1;
    }
};

class Backend : public broken::SharedRegisters<Scribbling> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_scribble", "writes where it must not", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
