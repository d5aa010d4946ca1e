// SPDX-License-Identifier: Apache-2.0
//
// A backend that crashes in invoke: a store writes through a null pointer.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class Broken : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view) override {
        volatile int* nowhere = nullptr;
        *nowhere = 1;
    }
};

class Backend : public broken::SharedRegisters<Broken> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_crash", "crashes in invoke", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
