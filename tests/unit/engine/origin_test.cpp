// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/origin.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

using schedule::Origin;

Origin example() {
    return {"0.1.0", "x86_64", "6.1.0", "glibc 2.36", {{"mine", 2, "0123"}}};
}

TEST(Origin, SameIsNotDifferent) {
    const Differences none = differences(example(), example());
    EXPECT_TRUE(none.builds.empty());
    EXPECT_TRUE(none.surroundings.empty());
}

TEST(Origin, OfWhatNobodyWroteDownNothingIsSaid) {
    const Differences none = differences(Origin{}, example());
    EXPECT_TRUE(none.builds.empty() && none.surroundings.empty());
}

TEST(Origin, EachDifferenceIsToldWithBothSides) {
    Origin now = example();
    now.stagger = "0.2.0";
    now.kernel = "6.6.0";
    now.plugins.front().checksum = "4567";
    const Differences found = differences(example(), now);
    EXPECT_EQ(found.builds,
              (std::vector<std::string>{
                  "Stagger was 0.1.0, here it is 0.2.0",
                  "the backend mine is another build: its checksum was 0123, here it is 4567"}));
    EXPECT_EQ(found.surroundings,
              std::vector<std::string>{"the kernel was 6.1.0, here it is 6.6.0"});
    now.plugins.front().abi = 3;
    EXPECT_EQ(differences(example(), now).builds[1],
              "the backend mine was built for ABI 2, this Stagger has ABI 3");
    now.plugins.clear();
    EXPECT_EQ(differences(example(), now).builds[1],
              "the backend mine (ABI 2, checksum 0123) is not here");
}

TEST(Origin, AFileIsKnownByItsBytes) {
    const testing::TemporaryFolder folder;
    spec::Case spec_case;
    spec_case.object_backends = {{"n", "one"}, {"m", "two"}, {"o", "none"}};
    CampaignOptions options;
    options.plugin_paths = {folder.path().string()};
    folder.write("one.so", "123456789");
    folder.write("two.so", "123456780");
    const Origin origin = origin_of(spec_case, options);
    ASSERT_EQ(origin.plugins.size(), 2U);
    EXPECT_EQ(origin.plugins[0].name, "one");
    EXPECT_EQ(origin.plugins[0].checksum, "6c40df5f0b497347");  // of CRC-64/ECMA-182, as published
    EXPECT_NE(origin.plugins[1].checksum, origin.plugins[0].checksum);
    EXPECT_FALSE(origin.stagger.empty() || origin.kernel.empty() || origin.libc.empty());
}

}  // namespace
}  // namespace stagger::engine
