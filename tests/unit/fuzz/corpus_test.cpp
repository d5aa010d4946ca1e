// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/corpus.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

std::size_t files_in(const std::string& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
    return count;
}

class CorpusFolder : public ::testing::Test {
protected:
    std::string path() const { return folder_ / "deep/corpus"; }
    Corpus open() const { return std::move(Corpus::open(path())).value(); }
    testing::TemporaryFolder folder_;
};

TEST_F(CorpusFolder, KeepsWhatIsAdded) {
    const Bytes entry{1, 2, 3};
    Corpus first = open();
    ASSERT_TRUE(first.add(entry));
    EXPECT_EQ(open().news(), std::vector<Bytes>{entry});
}

TEST_F(CorpusFolder, KeepsTheSameOnlyOnce) {
    Corpus first = open(), second = open();
    ASSERT_TRUE(first.add(Bytes{1, 2}));
    ASSERT_TRUE(first.add(Bytes{1, 2}));
    ASSERT_TRUE(second.add(Bytes{1, 2}));
    EXPECT_EQ(files_in(path()), 1u);
}

TEST_F(CorpusFolder, TellsOnlyOfWhatOthersAdded) {
    Corpus first = open(), second = open();
    ASSERT_TRUE(first.add(Bytes{1}));
    EXPECT_TRUE(first.news().empty());
    EXPECT_EQ(second.news().size(), 1u);
    EXPECT_TRUE(second.news().empty());
    ASSERT_TRUE(first.add(Bytes{2}));
    EXPECT_EQ(second.news(), std::vector<Bytes>{Bytes{2}});
}

TEST_F(CorpusFolder, DropsWhatAWriterThatDiedLeftHalfDone) {
    open();
    const pid_t gone = fork();
    if (gone == 0) _exit(0);
    waitpid(gone, nullptr, 0);
    folder_.write("deep/corpus/.half-" + std::to_string(gone) + "-0.genome", "x");
    folder_.write("deep/corpus/.half-" + std::to_string(getpid()) + "-1.genome", "x");
    EXPECT_TRUE(open().news().empty());
    EXPECT_EQ(files_in(path()), 1u) << "what a living process writes stays";
}

TEST_F(CorpusFolder, LeavesOutWhatIsTooLongToBeAGenome) {
    open();
    folder_.write("deep/corpus/long.genome", std::string(100'000, 'x'));
    folder_.write("deep/corpus/README.md", "x");
    EXPECT_TRUE(open().news().empty());
}

TEST_F(CorpusFolder, IsNotStoppedByAFolderThatIsCalledLikeAnEntry) {
    Corpus corpus = open();
    std::filesystem::create_directory(path() + "/folder" + std::string(kEntrySuffix));
    EXPECT_TRUE(corpus.news().empty());
    EXPECT_TRUE(open().add(Bytes{1}));
    EXPECT_EQ(corpus.news(), std::vector<Bytes>{Bytes{1}});
}

TEST(Corpus, SaysWhereItCannotBeMade) {
    const auto refused = Corpus::open("/proc/nowhere/corpus");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("/proc/nowhere/corpus"), std::string::npos);
}

}  // namespace
}  // namespace stagger::fuzz
