// SPDX-License-Identifier: Apache-2.0
#include "harness/check/legal_order.hpp"

#include "harness/check/context.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check {
namespace {

// A bound by time would make the outcome depend on the machine.
constexpr std::uint64_t kMostEffects = 50'000;
constexpr std::chrono::hours kLongEnough{1};

bool can_be_judged(const history::History& history) {
    const bool whole = history.ending != history::Ending::Overflow &&
                       history.ending != history::Ending::HarnessError;
    return whole && absurdity(history).empty();
}

}  // namespace

std::vector<LegalOrder> legal_orders(const history::History& history,
                                     const Expectations& expected) {
    std::vector<LegalOrder> orders;
    if (!can_be_judged(history)) return orders;
    const Observations nothing_observed;
    Limits limits;
    limits.time = kLongEnough;
    Context context(history, expected, nothing_observed, limits);
    context.keep_orders(orders, kMostEffects);
    oracle::linearizability(context);
    oracle::serializability(context);
    return orders;
}

}  // namespace stagger::check
