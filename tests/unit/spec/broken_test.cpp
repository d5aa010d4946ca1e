// SPDX-License-Identifier: Apache-2.0
//
// What a user sees of each broken spec, word for word. When a message has been improved, copy what
// the failing test prints into the .expected file.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "broken_specs.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::spec {
namespace {

std::string contents(const std::string& name) {
    std::ifstream file(std::string(kBrokenFolder) + "/" + name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class BrokenSpec : public testing::TestWithParam<const char*> {};

TEST_P(BrokenSpec, IsExplained) {
    const std::string name = GetParam();
    const auto outcome = parse_scenario(contents(name + ".toml"), name + ".toml");
    EXPECT_FALSE(outcome.scenario);
    std::string shown;
    for (const Diagnostic& diagnostic : outcome.diagnostics) shown += diagnostic.render();
    EXPECT_EQ(shown, contents(name + ".expected"));
}

std::string test_name(const testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, BrokenSpec, testing::ValuesIn(kBrokenSpecs), test_name);

}  // namespace
}  // namespace stagger::spec
