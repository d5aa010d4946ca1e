// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the conformance suite share: the parameter, and values worth passing around.
#pragma once

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/conformance/host.hpp"

namespace stagger::conformance {

// A test that hangs is killed by its alarm; its children die with it.
class Backends : public testing::TestWithParam<Variant> {
protected:
    Backends() { alarm(60); }
};

inline std::string name_of(const testing::TestParamInfo<Variant>& info) {
    return variant_name(info.param);
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
