// SPDX-License-Identifier: Apache-2.0
//
// As broken_racy, but what touches the memory is in half_seen_cell.cpp, which is compiled without
// -fsanitize=thread: the mistake of whoever links a library of theirs as it is.
#include "tests/support/plugins/half_seen_cell.hpp"

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class Broken : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    std::string load() override { return wire::encode_integer(broken::read_cell(cell_)); }
    void store(std::string_view value) override { broken::write_cell(cell_, number(value)); }
    std::string add(std::string_view value) override {
        const std::int64_t old = broken::read_cell(cell_);
        broken::write_cell(cell_, old + number(value));
        return wire::encode_integer(old);
    }
};

class Backend : public broken::SharedRegisters<Broken> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"half_seen", "loses updates, half of it out of sight", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
