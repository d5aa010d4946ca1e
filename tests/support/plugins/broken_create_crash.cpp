// SPDX-License-Identifier: Apache-2.0
//
// A backend that crashes while its case is created.
#include <stdlib.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) { abort(); }
    static plugin::Description describe() {
        return {"broken_create_crash", "crashes in create", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
