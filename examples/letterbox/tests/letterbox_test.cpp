// SPDX-License-Identifier: Apache-2.0
#include <stagger/gtest.hpp>

namespace {

TEST(Letterbox, DeliversEachLetterOnce) {
    EXPECT_HOLDS("delivery", on("letterbox").filter("delivery/letterbox"));
}

TEST(Letterbox, ShowsWhatLookingAgainIsFor) {
    EXPECT_FINDS("duplicate-message", "delivery", on("letterbox").filter("*/recheck=off"));
}

TEST(Letterbox, IsFullForManyPosters) {
    EXPECT_HOLDS("full", on("letterbox").with("posters", 4).schedules(500));
}

}  // namespace
