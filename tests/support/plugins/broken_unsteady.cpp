// SPDX-License-Identifier: Apache-2.0
//
// A backend that is right each time, but not the same each time: a load that others overlap gives
// what it saw first or what it saw last, by a count that no reset touches.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

class UnsteadyRegister : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;

    std::string load() override {
        static std::uint64_t calls = 0;
        const std::int64_t first = __atomic_load_n(&cell_, __ATOMIC_SEQ_CST);
        const std::int64_t last = __atomic_load_n(&cell_, __ATOMIC_SEQ_CST);
        return wire::encode_integer(++calls % 2 == 0 ? first : last);
    }
};

class Backend : public broken::SharedRegisters<UnsteadyRegister> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {"broken_unsteady", "gives another result when it is asked again",
                broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
