// SPDX-License-Identifier: Apache-2.0
//
// What `--out` hands on to others, and what `--expect` puts in place of a file's own word.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

std::set<std::string> names_in(const std::string& folder) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        names.insert(entry.path().filename().string());
    return names;
}

TEST(Collection, AFolderThatIsHandedOnHasAnIndexAndEachFindingAsText) {
    const TemporaryFolder folder;
    const Outcome outcome =
        stagger_quick(folder, {"gate", spec("loses"), spec("known"), "--out", "found"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1}));
    const std::string index = text_of(folder / "found/index.md");
    EXPECT_EQ(names_in(folder / "found").size(), 5U) << index;
    for (const std::string name : {"loses_shm-lost-update", "known_shm-lost-update"}) {
        EXPECT_TRUE(contains(index, "`" + name + ".schedule` | " + name + ".txt | shm (")) << index;
        const std::string text = text_of(folder / ("found/" + name + ".txt"));
        EXPECT_TRUE(contains(text, "the delays that matter")) << text;
    }
}

TEST(Collection, TheIndexKeepsWhatOthersLeftThere) {
    const TemporaryFolder folder;
    stagger_quick(folder, {"gate", spec("loses"), "--out", "found"});
    stagger_quick(folder, {"gate", spec("known"), "--out", "found"});
    const std::string index = text_of(folder / "found/index.md");
    EXPECT_TRUE(contains(index, "| loses/shm |") && contains(index, "| known/shm |")) << index;
}

TEST(Collection, HoldsWhatACampaignFound) {
    const TemporaryFolder folder;
    stagger_quick(folder, {"fuzz", spec("loses"), "--out", "found"});
    const std::string index = text_of(folder / "found/index.md");
    EXPECT_TRUE(contains(index, "| loses/shm | lost-update")) << index;
}

TEST(Collection, WithoutFindingsNothingIsLeft) {
    const TemporaryFolder folder;
    stagger_quick(folder, {"gate", spec("holds"), "--out", "found"});
    EXPECT_FALSE(std::filesystem::exists(folder / "found"));
}

TEST(Collection, TheUsualFolderHoldsSchedulesOnly) {
    const TemporaryFolder folder;
    stagger_quick(folder, {"gate", spec("loses")});
    EXPECT_EQ(names_in(folder / ".stagger"),
              std::set<std::string>{"loses_shm-lost-update.schedule"});
}

TEST(Expectations, AreThoseOfTheCommandLineWhereItHasAny) {
    const TemporaryFolder folder;
    const auto ending = [&](const std::string& name, const std::string& expected) {
        return stagger_quick(folder, {"run", spec(name), "--expect", expected}).ending;
    };
    EXPECT_EQ(ending("loses", "lost-update"), testing::Ending(Exited{0}));
    EXPECT_EQ(ending("loses", "lost-update,final-state"), testing::Ending(Exited{0}));
    EXPECT_EQ(ending("loses", "deadlock"), testing::Ending(Exited{1}));
    EXPECT_EQ(ending("known", "ok"), testing::Ending(Exited{1}));
    EXPECT_EQ(ending("holds", "ok"), testing::Ending(Exited{0}));
}

TEST(Expectations, ThatCannotBeAreRefused) {
    const TemporaryFolder folder;
    const auto said = [&](const std::string& expected) {
        const Outcome outcome = stagger(folder, {"run", spec("loses"), "--expect", expected});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
        return outcome.err;
    };
    EXPECT_TRUE(contains(said("lost-updates"), "did you mean lost-update?"));
    EXPECT_TRUE(contains(said("lost-update,ok"), "cannot both be expected"));
    EXPECT_TRUE(contains(said("ok,lost-update"), "cannot both be expected"));
}

}  // namespace
}  // namespace stagger::e2e
