// SPDX-License-Identifier: Apache-2.0
//
// A backend that works, and maps more shared memory, piece by piece, than Stagger can tell apart.
#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;
using Registers = broken::SharedRegisters<broken::IntegerRegister>;

class Backend : public Registers {
public:
    using Registers::Registers;

    std::unique_ptr<plugin::Peer> attach(std::uint32_t index) override {
        constexpr int kPieces = 300;
        for (int i = 0; i < kPieces; ++i) {
            void* piece =
                mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
            if (piece == MAP_FAILED) plugin::fail_system("mmap", errno);
        }
        return Registers::attach(index);
    }

    static plugin::Description describe() {
        return {"many_mappings", "maps very often", broken::kRegistersOnly};
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
