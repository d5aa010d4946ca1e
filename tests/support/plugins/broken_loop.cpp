// SPDX-License-Identifier: Apache-2.0
//
// A backend that never returns from invoke and never calls the system.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class Broken : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view) override {
        for (volatile int forever = 1; forever != 0;) {
        }
    }
};

class Backend : public broken::SharedRegisters<Broken> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_loop", "loops for ever in invoke", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
