// SPDX-License-Identifier: Apache-2.0
//
// As broken_racy, but compiled without -fsanitize=thread: nobody sees what it does to memory.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class Broken : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    std::string load() override { return wire::encode_integer(cell_); }
    void store(std::string_view value) override { cell_ = number(value); }
    std::string add(std::string_view value) override {
        const std::int64_t old = cell_;
        cell_ = old + number(value);
        return wire::encode_integer(old);
    }
};

class Backend : public broken::SharedRegisters<Broken> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_unseen", "loses updates out of sight", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
