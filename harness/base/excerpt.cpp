// SPDX-License-Identifier: Apache-2.0
#include "harness/base/excerpt.hpp"

#include <fmt/format.h>

namespace stagger {

namespace {

constexpr std::size_t kLongest = 80;
constexpr std::size_t kShown = 40;

std::string size_of(const Value& value) {
    if (value.list()) return fmt::format("{} values", value.list()->size());
    if (value.map()) return fmt::format("{} entries", value.map()->size());
    return fmt::format("{} bytes", value.text() ? value.text()->size() : 0);
}

}  // namespace

std::string excerpt(const Value& value) {
    const std::string whole = value.to_string();
    if (whole.size() <= kLongest) return whole;
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0) == 0x80) --end;
    return fmt::format("{}... ({})", whole.substr(0, end), size_of(value));
}

}  // namespace stagger
