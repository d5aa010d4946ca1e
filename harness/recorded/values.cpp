// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/history.hpp"

namespace stagger::recorded {

Values::Values() {
    add(Value(), 0);
}

std::uint32_t Values::add(const Value& value, std::size_t bytes) {
    // What a node of a hash table and an entry of the vector take, roughly.
    constexpr std::size_t kNode = 64;
    bytes_ += bytes + kNode + sizeof(Value);
    values_.push_back(value);
    return size() - 1;
}

std::uint32_t Values::find(const Value& value) const {
    if (value.is_nil()) return 0;
    const std::int64_t integer = value.integer() ? *value.integer() : 0;
    if (value.integer()) {
        const auto found = integers_.find(integer);
        return found == integers_.end() ? kNone : found->second;
    }
    const auto found = others_.find(value.encode());
    return found == others_.end() ? kNone : found->second;
}

std::uint32_t Values::intern(const Value& value) {
    if (value.is_nil()) return 0;
    if (const std::int64_t* integer = value.integer()) {
        const auto [found, is_new] = integers_.try_emplace(*integer, 0);
        if (is_new) found->second = add(value, 0);
        return found->second;
    }
    // 1.0 is 1, as everywhere in Stagger.
    constexpr double kExact = 9007199254740992.0;
    if (const double* real = value.real(); real && *real >= -kExact && *real <= kExact) {
        const auto integer = static_cast<std::int64_t>(*real);
        if (static_cast<double>(integer) == *real) return intern(Value(integer));
    }
    std::string code = value.encode();
    const std::size_t bytes = 2 * code.size();
    const auto [found, is_new] = others_.try_emplace(std::move(code), 0);
    if (is_new) found->second = add(value, bytes);
    return found->second;
}

}  // namespace stagger::recorded
