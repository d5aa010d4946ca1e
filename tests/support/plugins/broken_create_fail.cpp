// SPDX-License-Identifier: Apache-2.0
//
// A backend that cannot be created, and says why.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) {
        throw plugin::Failure("the device is not plugged in");
    }
    static plugin::Description describe() {
        return {"broken_create_fail", "fails in create with a reason", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
