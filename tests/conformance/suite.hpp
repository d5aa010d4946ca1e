// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the conformance suite share: the parameter, and values worth passing around.
#pragma once

#include <unistd.h>

#include <gtest/gtest.h>

#include <stagger/plugin.hpp>

#include "tests/conformance/host.hpp"

namespace stagger {

inline void PrintTo(const Value& value, std::ostream* out) {
    *out << value.to_string().substr(0, 200);
}

}  // namespace stagger

namespace stagger::conformance {

// A test that hangs is killed by its alarm; its children die with it.
class Backends : public testing::TestWithParam<Variant> {
protected:
    Backends() { alarm(60); }
};

inline std::string name_of(const testing::TestParamInfo<Variant>& info) {
    return variant_name(info.param);
}

inline bool has_option(const Variant& variant, const std::string& name, const std::string& value) {
    for (const auto& [option, chosen] : variant.options)
        if (option == name && chosen == value) return true;
    return false;
}

// Options that say nothing of any type but streams, topics and remote procedure calls. Other suites
// would only run the same again.
inline bool concerns_all(const Variant& variant) {
    for (const auto& [option, value] : variant.options)
        if (option == "framing" || option == "overflow" || option == "delivery") return false;
    return true;
}

// A suite that runs on the variants of which the conditions hold; a user's backend need not offer
// every type.
#define STAGGER_ON_EVERY_VARIANT(suite, ...) \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite); \
    INSTANTIATE_TEST_SUITE_P(Every, suite, testing::ValuesIn(variants_if(__VA_ARGS__)), name_of)
#define STAGGER_ON_VARIANTS(suite, ...) STAGGER_ON_EVERY_VARIANT(suite, concerns_all, __VA_ARGS__)

// Where the built-in backends promise less than sharing: each process has its own copy of
// everything, of the lists and maps that it has read; or nothing protects lists, maps and queues.
inline bool shares(const Variant& variant) {
    return variant.backend != "private";
}
inline bool is_copying(const Variant& variant) {
    return has_option(variant, "proxy", "copy");
}
inline bool is_faithful(const Variant& variant) {
    return !is_copying(variant);
}
inline bool is_unprotected(const Variant& variant) {
    return has_option(variant, "lock", "none");
}
inline bool is_protected(const Variant& variant) {
    return !is_unprotected(variant);
}

// Whether several tasks may put into a queue, and take from it.
inline bool has_many_ends(const Variant& variant) {
    return !has_option(variant, "ring", "spsc");
}

// Whether the backend declares every operation of these types.
inline bool offers_type(const Variant& variant, stagger_type type) {
    return (~variant.operations[type] & plugin::kAllOperations[type]) == 0;
}
template <stagger_type... types>
bool offers(const Variant& variant) {
    return (offers_type(variant, types) && ...);
}
inline bool offers_all(const Variant& variant) {
    return offers<STAGGER_REGISTER, STAGGER_LIST, STAGGER_MAP, STAGGER_QUEUE, STAGGER_MUTEX,
                  STAGGER_SEMAPHORE, STAGGER_EVENT, STAGGER_CONDITION, STAGGER_BARRIER>(variant);
}

// The variants of which all conditions hold.
template <typename... Conditions>
std::vector<Variant> variants_if(Conditions... wanted) {
    std::vector<Variant> variants;
    for (Variant& variant : all_variants())
        if ((wanted(variant) && ...)) variants.push_back(std::move(variant));
    return variants;
}

inline std::vector<Value> sample_values() {
    return {
        0,
        -1,
        std::int64_t{1} << 61,
        std::int64_t{1} << 62,
        std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min(),
        true,
        1.5,
        "",
        "short",
        std::string(100, 'x'),
        std::string(100 * 1024, 'y'),
        Value(),
        Value::List{1, Value::List{"two", Value::Map{{3, Value::List{4.5}}}}},
        Value::Map{{"a", Value::Map{{"b", 1}}}, {2, false}},
        7,
    };
}

}  // namespace stagger::conformance
