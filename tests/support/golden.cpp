// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace stagger::testing {

void expect_golden(const std::string& path, const std::string& text) {
    if (std::getenv("STAGGER_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
        return;
    }
    std::ifstream file(path);
    std::stringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(text, golden.str()) << path
                                  << "\nis not what came out. If that is right now, run this test "
                                     "with STAGGER_UPDATE_GOLDEN=1.";
}

}  // namespace stagger::testing
