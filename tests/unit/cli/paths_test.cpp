// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/paths.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;
using testing::text_of;

TEST(CliPaths, AFolderStandsForAllSpecsBelowItSorted) {
    const TemporaryFolder folder;
    for (const char* name : {"b.toml", "deep/a.toml", "a.toml", "notes.md", "c.toml.bak"})
        folder.write(name, "x");
    EXPECT_EQ(
        *find_specs({folder.path().string()}),
        (std::vector<std::string>{folder / "a.toml", folder / "b.toml", folder / "deep/a.toml"}));
}

TEST(CliPaths, AFileIsTakenAsItIsAndOnlyOnce) {
    const TemporaryFolder folder;
    folder.write("a.toml", "x");
    folder.write("notes.txt", "x");
    EXPECT_EQ(*find_specs({folder / "notes.txt", folder.path().string(), folder / "./a.toml"}),
              (std::vector<std::string>{folder / "notes.txt", folder / "a.toml"}));
}

TEST(CliPaths, APathThatIsNotThereIsAnError) {
    const TemporaryFolder folder;
    EXPECT_NE(find_specs({folder / "nowhere"}).error().message.find("nowhere"), std::string::npos);
    EXPECT_TRUE(find_specs({folder.path().string()})->empty());
}

TEST(CliPaths, PluginsComeFromTheProgramThenTheOptionsThenTheEnvironment) {
    const TemporaryFolder folder;
    folder.write("more/mine.so", "\177ELF...");
    EXPECT_EQ(
        *plugin_folders("/opt/stagger/bin", {folder / "more", folder / "more/mine.so"}, "/x::/y"),
        (std::vector<std::string>{"/opt/stagger/lib/stagger/plugins", folder / "more",
                                  folder / "more", "/x", "/y"}));
    EXPECT_EQ(*plugin_folders("/opt/stagger/bin", {}, nullptr),
              std::vector<std::string>{"/opt/stagger/lib/stagger/plugins"});
    EXPECT_FALSE(plugin_folders("/opt/stagger/bin", {folder / "none"}, nullptr).ok());
}

TEST(CliPaths, AProgramFindsWhatBelongsToItWhereItWasInstalledAndWhereItWasBuilt) {
    EXPECT_EQ(worker_path("/opt/a b/bin"), "/opt/a b/lib/stagger/stagger-worker");
    const TemporaryFolder folder;
    folder.write("bin/stagger-worker", "");
    EXPECT_EQ(worker_path(folder / "bin"), folder / "bin/stagger-worker");
    EXPECT_EQ(plugins_beside(folder / "bin"), folder / "plugins");
}

TEST(CliPaths, AFileThatIsNoPluginIsRefused) {
    const TemporaryFolder folder;
    folder.write("notes.txt", "\177ELF...");
    folder.write("empty.so", "");
    for (const char* name : {"notes.txt", "empty.so"}) {
        const auto folders = plugin_folders("/opt/stagger/bin", {folder / name}, nullptr);
        ASSERT_FALSE(folders.ok()) << name;
        EXPECT_NE(folders.error().message.find("no plugin"), std::string::npos);
    }
}

TEST(CliPaths, AFileIsWrittenWholeAndReplaced) {
    const TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "out.json", "one, and long").ok());
    ASSERT_TRUE(write_file(folder / "out.json", "two").ok());
    EXPECT_EQ(text_of(folder / "out.json"), "two");
    EXPECT_EQ(
        std::distance(fs::directory_iterator(folder.path().string()), fs::directory_iterator()), 1);
}

TEST(CliPaths, ALinkStaysALinkToWhatIsWritten) {
    const TemporaryFolder folder;
    folder.write("real", "old");
    fs::create_symlink("real", folder / "link");
    EXPECT_TRUE(check_writable(folder / "link"));
    EXPECT_TRUE(write_file(folder / "link", "new"));
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(text_of(folder / "real"), "new");
}

TEST(CliPaths, AFileThatCannotBeWrittenIsAnErrorWithItsName) {
    const TemporaryFolder folder;
    folder.write("file", "x");
    const Status status = write_file(folder / "file/out.json", "x");
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.error().message.find("file/out.json cannot be written: Not a directory."),
              std::string::npos)
        << status.error().message;
    EXPECT_FALSE(write_file("/dev/full", "x").ok());
    EXPECT_TRUE(write_file("/dev/null", "x").ok());
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(CliPaths, AFolderIsMadeWithThoseAboveIt) {
    const TemporaryFolder folder;
    EXPECT_TRUE(prepare_folder(folder / "a/b").ok());
    EXPECT_TRUE(prepare_folder(folder / "a/b").ok());
    EXPECT_TRUE(fs::is_directory(folder / "a/b"));
    folder.write("file", "x");
    EXPECT_FALSE(prepare_folder(folder / "file").ok());
    EXPECT_FALSE(prepare_folder(folder / "file/below").ok());
}

}  // namespace
}  // namespace stagger::cli
