// SPDX-License-Identifier: Apache-2.0
//
// `run --watch`, driven by what it says: each "watching" is the cue for the next change.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

namespace fs = std::filesystem;

using Change = std::function<void()>;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

// Runs `stagger run SPEC --watch`; makes the next change each time that it waits, and then sends
// SIGINT.
Outcome watch(const TemporaryFolder& folder, std::vector<std::string> words,
              const std::vector<Change>& changes) {
    for (const char* word : {"--watch", "--seed", "1", "--schedules", "100"})
        words.emplace_back(word);
    testing::Command run = command(folder, std::move(words));
    std::size_t made = 0;
    run.react = [&made, &changes](const std::string& err) {
        for (; made < count(err, "watching "); ++made) {
            if (made == changes.size()) {
                ++made;
                return SIGINT;
            }
            changes[made]();
        }
        return 0;
    };
    Outcome outcome = testing::run_command(run);
    EXPECT_FALSE(outcome.timed_out) << outcome.err;
    return outcome;
}

// As editors do it: written aside, then put in its place.
void replace(const std::string& path, const std::string& text) {
    std::ofstream(path + "~") << text;
    fs::rename(path + "~", path);
}

TEST(Watch, RunsAgainWhenTheSpecChangesAndEndsWithTheLastVerdict) {
    const TemporaryFolder folder;
    const std::string path = folder.write("a.toml", text_of(spec("holds")));
    const std::string loses = text_of(spec("loses")), holds = text_of(spec("holds"));
    const Outcome outcome =
        watch(folder, {"run", "a.toml"},
              {[&] { replace(path, loses); }, [&] { std::ofstream(path) << holds; },
               [&] { std::ofstream(path) << "no toml"; },
               [&] {
                   std::ofstream(folder / "other.toml") << "not ours";
                   fs::remove(path);
                   replace(path, loses);
               }});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.err;
    EXPECT_EQ(count(outcome.err, "watching a.toml"), 5U) << outcome.err;
    EXPECT_EQ(count(outcome.err, "a.toml has changed"), 4U) << outcome.err;
    EXPECT_EQ(count(outcome.out, "1 case: 1 passed"), 2U) << outcome.out;
    EXPECT_EQ(count(outcome.out, "1 case: 0 passed, 1 failed"), 2U) << outcome.out;
}

// A link that is made, what it leads to, and what it leads to from then on.
TEST(Watch, FollowsLinksAlsoWhereTheyAreNew) {
    const TemporaryFolder folder;
    const std::string path = folder.write("a.toml", text_of(spec("holds")));
    const std::string real = folder.write("deep/real.toml", text_of(spec("loses")));
    const std::string other = folder.write("other/other.toml", text_of(spec("holds")));
    const Outcome outcome =
        watch(folder, {"run", "a.toml"},
              {[&] {
                   fs::remove(path);
                   fs::create_symlink("deep/real.toml", path);
               },
               [&] { std::ofstream(real, std::ios::app) << "# changed\n"; },
               [&] {
                   fs::create_symlink("other/other.toml", folder.path() / "new");
                   fs::rename(folder.path() / "new", path);
               },
               [&] { std::ofstream(other, std::ios::app) << "# changed\n"; },
               [&] {
                   fs::remove(path);
                   fs::create_hard_link(real, path);
               }});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.err;
    EXPECT_EQ(count(outcome.err, "watching a.toml"), 6U) << outcome.err;
    EXPECT_EQ(count(outcome.out, "1 case: 1 passed"), 3U) << outcome.out;
    EXPECT_EQ(count(outcome.out, "1 case: 0 passed, 1 failed"), 3U) << outcome.out;
}

TEST(Watch, RunsAgainWhenAPluginChanges) {
    const TemporaryFolder folder;
    const fs::path plugin =
        fs::path(STAGGER_BLIND_FAULTY).parent_path().parent_path() / "sample_file.so";
    fs::create_directory(folder.path() / "plugins");
    fs::copy_file(plugin, folder.path() / "plugins/sample_file.so");
    folder.write(
        "a.toml",
        "name = \"a\"\n[objects]\nn = { type = \"register\", initial = 0 }\n[process.p]\ncount "
        "= 2\nsteps = [ { add = \"n\", value = 1 } ]\n[[case]]\nbackend = \"sample_file\"\n");
    const Outcome outcome =
        watch(folder, {"run", "a.toml", "--plugin", "plugins"}, {[&] {
                  std::ofstream(folder / "plugins/notes.txt") << "not ours";
                  fs::copy_file(plugin, folder.path() / "new");
                  fs::rename(folder.path() / "new", folder.path() / "plugins/sample_file.so");
              }});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    EXPECT_EQ(count(outcome.err, "sample_file.so has changed"), 1U) << outcome.err;
    EXPECT_EQ(count(outcome.out, "1 case: 1 passed"), 2U) << outcome.out;
}

TEST(Watch, SaysWhatItCannotWatch) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, {"run", "nowhere/a.toml", "--watch"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
    EXPECT_TRUE(contains(outcome.err, "nowhere cannot be watched")) << outcome.err;
    fs::create_directory(folder.path() / "gone");
    fs::copy_file(spec("holds"), folder.path() / "gone/a.toml");
    const Outcome gone =
        watch(folder, {"run", "gone/a.toml"}, {[&] { fs::remove_all(folder.path() / "gone"); }});
    EXPECT_EQ(gone.ending, testing::Ending(Exited{3})) << gone.err;
    EXPECT_TRUE(contains(gone.err, "the folder gone is gone")) << gone.err;
}

}  // namespace
}  // namespace stagger::e2e
