// SPDX-License-Identifier: Apache-2.0
//
// A backend that ends its process, as if all were well, while its case is created.
#include <stdlib.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) { exit(0); }
    static plugin::Description describe() {
        return {"broken_create_exit", "exits in create", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
