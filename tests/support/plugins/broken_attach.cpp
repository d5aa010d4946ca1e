// SPDX-License-Identifier: Apache-2.0
//
// A backend whose attach returns nothing, as a forgotten `return` would.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    using Registers::SharedRegisters;
    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override { return nullptr; }
    static plugin::Description describe() {
        return {"broken_attach", "gives no peer", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
