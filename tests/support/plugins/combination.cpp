// SPDX-License-Identifier: Apache-2.0
//
// A register with a combination lock: what all processes store, one after the other, has to be a
// certain sequence, and then a store fails. Nothing that an operation returns tells how far one has
// come, only which code was executed. STAGGER_COMBINATION is the name of the backend; with
// STAGGER_COUNT_BY_HAND it says itself what clang's inline-8bit-counters would.
#include "tests/support/plugins/broken.hpp"

#ifdef STAGGER_COUNT_BY_HAND
extern "C" void __sanitizer_cov_8bit_counters_init(char* begin, char* end);
#endif

namespace {

using namespace stagger;

constexpr std::int64_t kSequence[] = {2, 0, 3, 1, 1, 3, 0, 2, 3, 1};
constexpr int kSteps = std::size(kSequence);
constexpr std::int64_t kShut = -1;  // after the first that is wrong

#ifdef STAGGER_COUNT_BY_HAND
char counters[kSteps];
__attribute__((constructor)) void tell_of_counters() {
    __sanitizer_cov_8bit_counters_init(counters, counters + kSteps);
}
void count(int step) {
    ++counters[step];
}
#else
void count(int) {}
#endif

// A function of its own for each step, so that each is code of its own.
template <int kStep>
__attribute__((noinline, no_sanitize("thread"))) void advance(std::int64_t& progress) {
    count(kStep);
    progress = kStep + 1;
}

// One step of the scheduler: no points inside.
template <int kStep = 0>
__attribute__((noinline, no_sanitize("thread"))) void turn(std::int64_t& progress,
                                                           std::int64_t value) {
    if constexpr (kStep < kSteps) {
        if (progress != kStep) return turn<kStep + 1>(progress, value);
        if (value == kSequence[kStep]) return advance<kStep>(progress);
        progress = kShut;
    }
}

__attribute__((no_sanitize("thread"))) bool is_open(const std::int64_t& progress) {
    return progress == kSteps;
}

class Combination : public broken::IntegerRegister {
public:
    using IntegerRegister::IntegerRegister;
    void store(std::string_view value) override {
        IntegerRegister::store(value);
        std::int64_t& progress = *(&cell_ + 1);  // the room behind the only object
        turn(progress, number(value));
        if (is_open(progress)) throw plugin::Failure("the lock is open");
    }
};

class Backend : public broken::SharedRegisters<Combination> {
public:
    using SharedRegisters::SharedRegisters;
    static plugin::Description describe() {
        return {STAGGER_COMBINATION, "fails after a certain sequence of stores",
                broken::kRegistersOnly};
    }
    void reset_shared() override {
        SharedRegisters::reset_shared();
        cells_[1] = 0;
    }
};

}  // namespace

STAGGER_BACKEND(Backend)
