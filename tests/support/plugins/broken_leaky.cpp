// SPDX-License-Identifier: Apache-2.0
//
// A backend that leaves a shared memory object behind, and admits it when asked.
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    static std::string name(const plugin::Config& config) { return "/" + config.prefix() + "leak"; }

    explicit Backend(const plugin::Config& config) : SharedRegisters(config) {
        close(shm_open(name(config).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        const int file = shm_open(name(config).c_str(), O_RDONLY | O_CLOEXEC, 0);
        if (file == -1) return;
        close(file);
        found("shared memory " + name(config));
    }

    static plugin::Description describe() {
        return {"broken_leaky", "leaves shared memory behind", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
