// SPDX-License-Identifier: Apache-2.0
//
// A backend that opens two pipes for its case and closes neither.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    explicit Backend(const plugin::Config& config) : SharedRegisters(config) {
        int ends[2];
        for (int i = 0; i < 2; ++i)
            if (pipe2(ends, O_CLOEXEC) != 0) plugin::fail_system("pipe2", errno);
    }

    static plugin::Description describe() {
        return {"broken_descriptors", "leaves descriptors open", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
