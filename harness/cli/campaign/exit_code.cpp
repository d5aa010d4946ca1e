// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/exit_code.hpp"

#include <algorithm>
#include <array>

namespace stagger::cli {
namespace {

std::ptrdiff_t badness(int code) {
    constexpr std::array<int, 6> kOrder{kAsExpected, kNothing, kInconclusive,
                                        kViolation,  kBroken,  kUsage};
    return std::find(kOrder.begin(), kOrder.end(), code) - kOrder.begin();
}

}  // namespace

int worse(int a, int b) {
    return badness(a) >= badness(b) ? a : b;
}

int exit_code_of(const std::vector<engine::CaseResult>& results) {
    int code = kNothing;
    bool any = false;
    for (const engine::CaseResult& result : results) {
        if (result.status == engine::CaseStatus::Skip) continue;
        int mine = kAsExpected;
        if (result.status == engine::CaseStatus::Fail) mine = kViolation;
        if (result.status == engine::CaseStatus::Inconclusive) mine = kInconclusive;
        if (result.status == engine::CaseStatus::Error) mine = result.spec_error ? kUsage : kBroken;
        code = any ? worse(code, mine) : mine;
        any = true;
    }
    return code;
}

}  // namespace stagger::cli
