// SPDX-License-Identifier: Apache-2.0
//
// A backend that ends its process in invoke.
#include <stdlib.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class Broken : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view) override { exit(3); }
};

class Backend : public broken::SharedRegisters<Broken> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_exit", "exits in invoke", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
