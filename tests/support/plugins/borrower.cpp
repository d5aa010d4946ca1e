// SPDX-License-Identifier: Apache-2.0
//
// A backend whose stores are those of a library that it is linked with.
#include "tests/support/plugins/broken.hpp"

extern "C" void borrowed_store(std::int64_t* cell, std::int64_t value);

namespace {

using namespace stagger;

class Borrowed : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view value) override { borrowed_store(&cell_, number(value)); }
};

class Backend : public broken::SharedRegisters<Borrowed> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"borrower", "stores by another library", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
