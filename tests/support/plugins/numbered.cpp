// SPDX-License-Identifier: Apache-2.0
//
// Remembers in its library how often it was made: what it has from before the processes were made
// anew, nobody must meet.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

int made = 0;

class Number : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;

    std::string load() override {
        IntegerRegister::load();
        return wire::encode_integer(made);
    }
};

class Backend : public broken::SharedRegisters<Number> {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) { ++made; }
    static plugin::Description describe() {
        return {"numbered", "its registers hold how often it was made", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
