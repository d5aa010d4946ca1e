// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/code_coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace stagger::fuzz {
namespace {

class CodeFeatures : public ::testing::Test {
protected:
    CodeFeatures() { code_->instrumented = true; }

    void come_by(std::initializer_list<std::size_t> places) {
        std::fill(std::begin(code_->features), std::end(code_->features), std::uint8_t{0});
        for (const std::size_t place : places) code_->features[place] = 1;
    }

    std::unique_ptr<control::Code> code_ = std::make_unique<control::Code>();
    CodeCoverage coverage_;
};

TEST_F(CodeFeatures, AreNewOnce) {
    come_by({0, 9, 65535});
    EXPECT_EQ(coverage_.learn(*code_), 3u);
    come_by({9, 10});
    EXPECT_EQ(coverage_.learn(*code_), 1u);
    EXPECT_EQ(coverage_.last(), (std::vector<std::uint16_t>{9, 10}));
}

TEST_F(CodeFeatures, AreNoneWhereNothingIsInstrumented) {
    code_->instrumented = false;
    come_by({4});
    EXPECT_EQ(coverage_.learn(*code_), 0u);
    EXPECT_FALSE(coverage_.instrumented());
}

TEST_F(CodeFeatures, ThatAreTooManyAreToldOf) {
    coverage_.learn(*code_);
    EXPECT_FALSE(coverage_.crowded());
    code_->places = control::kCodeFeatures + 1;
    coverage_.learn(*code_);
    EXPECT_TRUE(coverage_.crowded());
}

TEST_F(CodeFeatures, OfLibrariesThatHadNoRoomAreToldOf) {
    code_->short_of_room = true;
    coverage_.learn(*code_);
    EXPECT_TRUE(coverage_.crowded());
}

}  // namespace
}  // namespace stagger::fuzz
