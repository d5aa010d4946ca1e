// SPDX-License-Identifier: Apache-2.0
//
// A backend that works, and crashes when its case is destroyed.
#include <stdlib.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    using Registers::Registers;
    ~Backend() override { abort(); }
    static plugin::Description describe() {
        return {"broken_destroy_crash", "crashes in destroy", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
