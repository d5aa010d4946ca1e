// SPDX-License-Identifier: Apache-2.0
//
// A backend that never returns from create.
#include <unistd.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) {
        for (;;) pause();
    }
    static plugin::Description describe() {
        return {"broken_create_hang", "hangs in create", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
