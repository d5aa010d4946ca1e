// SPDX-License-Identifier: Apache-2.0
#include "harness/base/faults.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace stagger {
namespace {

// In the order of FaultKind.
constexpr std::array<std::string_view, kFaultKinds> kNames = {
    "kill", "restart", "signal", "short_io", "pause", "full", "fd_limit", "clock", "slow"};

// Of kinds that strike in several ways, by variant.
constexpr std::array<std::string_view, 2> kSignals = {"no restart", "with SA_RESTART"};
constexpr std::array<std::string_view, 3> kShorts = {"one byte", "half", "all but one byte"};
constexpr std::array<std::string_view, 4> kSteps = {"an hour ahead", "an hour back",
                                                    "a second ahead", "a second back"};
// Points for which the others go on first; the last one is for as long as they can.
constexpr std::array<std::string_view, 8> kTimes = {
    "at once",         "after 1 point",    "after 4 points",    "after 16 points",
    "after 64 points", "after 256 points", "after 1024 points", "late"};

std::span<const std::string_view> variants(FaultKind kind) {
    switch (kind) {
        case FaultKind::Signal:
            return kSignals;
        case FaultKind::ShortIo:
            return kShorts;
        case FaultKind::Clock:
            return kSteps;
        case FaultKind::Slow:
            return kTimes;
        default:
            return {};
    }
}

}  // namespace

std::string_view name(FaultKind kind) {
    return kNames[static_cast<std::size_t>(kind) % kFaultKinds];
}

std::optional<FaultKind> fault_kind(std::string_view name) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        if (kNames[i] == name) return static_cast<FaultKind>(i);
    }
    return std::nullopt;
}

std::uint8_t variants_of(FaultKind kind) {
    return static_cast<std::uint8_t>(std::max<std::size_t>(variants(kind).size(), 1));
}

std::string fault_text(FaultKind kind, std::uint8_t variant) {
    std::string text(name(kind));
    const auto known = variants(kind);
    if (!known.empty()) text += ": " + std::string(known[variant % known.size()]);
    return text;
}

std::optional<Fault> fault_by_text(std::string_view text) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        for (std::uint8_t variant = 0; variant < variants_of(kind); ++variant) {
            if (fault_text(kind, variant) == text) return Fault{kind, variant};
        }
    }
    return std::nullopt;
}

}  // namespace stagger
