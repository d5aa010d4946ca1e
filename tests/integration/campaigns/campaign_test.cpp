// SPDX-License-Identifier: Apache-2.0
//
// Fuzzing campaigns of the real program: killed at a random moment and started again, stopped by a
// signal, resumed. STAGGER_TEST_SCALE gives more moments.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>

#include "harness/fuzz/corpus.hpp"
#include "harness/schedule/schedule.hpp"
#include "tests/integration/world.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

constexpr std::uint64_t kMoments = 6;
constexpr int kLatestMs = 1500;
constexpr const char* kSaid = "said.txt";  // what the last campaign wrote to stdout

// `stagger fuzz` on the increments over shm, in a folder of its own.
pid_t start(const TemporaryFolder& folder, std::vector<std::string> more) {
    const std::string program = testing::program_path(), place = folder.path();
    std::vector<std::string> words{"stagger", "fuzz", "increment.toml", "--filter", "increment/shm",
                                   "--seed",  "1",    "--progress",     "none"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t pid = fork();
    if (pid != 0) return pid;
    if (chdir(place.c_str()) != 0) _exit(126);
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int said = open(kSaid, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    dup2(nowhere, 0);
    dup2(said, 1);
    dup2(nowhere, 2);
    execv(program.c_str(), pointers.data());
    _exit(127);
}

int exit_code(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void await_orphans() {
    while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) continue;
}

// Genomes and schedules below the folder, with what is in them; files half written aside.
std::map<std::string, std::string> kept(const TemporaryFolder& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
        const auto suffix = entry.path().extension();
        if (suffix == kEntrySuffix || suffix == ".schedule") {
            files[entry.path().string()] = testing::text_of(entry.path());
        }
    }
    return files;
}

// What it said it had found, and where it said that this is.
std::vector<std::string> said_to_be_found(const TemporaryFolder& folder) {
    std::vector<std::string> paths;
    std::istringstream lines(testing::text_of(folder / kSaid));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.rfind(": ");
        const bool whole = line.starts_with("found ") && line.ends_with(".schedule");
        if (whole && colon != std::string::npos) paths.push_back(line.substr(colon + 2));
    }
    return paths;
}

// Entries are called by their content, and schedules end by saying that they do.
void expect_whole(const std::string& path, const std::string& text) {
    if (path.ends_with(kEntrySuffix)) {
        const Bytes bytes(text.begin(), text.end());
        EXPECT_EQ(entry_name(bytes), fs::path(path).filename()) << "half an entry";
    } else {
        EXPECT_TRUE(schedule::read_file(path)) << "half a finding: " << path;
    }
}

std::uint64_t number_in_json(const std::string& json, const std::string& key) {
    const std::size_t at = json.find("\"" + key + "\": ");
    EXPECT_NE(at, std::string::npos) << key;
    return at == std::string::npos ? 0 : std::stoull(json.substr(at + key.size() + 4));
}

class Campaign : public ::testing::Test {
protected:
    Campaign() {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        folder_.write("increment.toml", testing::increment_text());
    }
    TemporaryFolder folder_;
};

TEST_F(Campaign, LosesNothingWhenItIsKilledAndStartedAgain) {
    std::mt19937 random(20261122);
    std::map<std::string, std::string> before;
    for (std::uint64_t i = 0; i < testing::scaled(kMoments); ++i) {
        const pid_t pid = start(folder_, {"--jobs", i % 2 == 0 ? "1" : "2"});
        const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
        pollfd source{handle, POLLIN, 0};
        const int ended = poll(&source, 1, static_cast<int>(random() % kLatestMs));
        close(handle);
        EXPECT_EQ(ended, 0) << "it was to go on for ever";
        kill(pid, SIGKILL);
        await_orphans();
        const auto after = kept(folder_);
        for (const auto& [path, text] : before) {
            ASSERT_TRUE(after.contains(path)) << path;
            EXPECT_EQ(after.at(path), text) << path;
        }
        for (const auto& [path, text] : after) expect_whole(path, text);
        for (const std::string& path : said_to_be_found(folder_)) {
            EXPECT_TRUE(fs::exists(folder_ / path)) << "it was told, and is not there: " << path;
        }
        before = after;
    }
    // However early it died each time, the rest is found by one that may end.
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000"})), 0);
    const auto after = kept(folder_);
    EXPECT_TRUE(std::any_of(after.begin(), after.end(), [](const auto& file) {
        return file.first.find("lost-update") != std::string::npos;
    }));
    await_orphans();
}

// Every input that showed something new is kept, so those that are there show all of it again.
TEST_F(Campaign, KnowsWhatItKnewWhenItIsStartedAgain) {
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000", "--json", "first.json"})), 0);
    const auto known = number_in_json(testing::text_of(folder_ / "first.json"), "features");
    // At least every third mutant is an entry of the corpus, until all of it was tried.
    const std::string enough = std::to_string(4 * kept(folder_).size() + 200);
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", enough, "--json", "again.json"})), 0);
    EXPECT_GE(number_in_json(testing::text_of(folder_ / "again.json"), "features"), known);
    await_orphans();
}

TEST_F(Campaign, EndsWellOnASignalWithAllThatItFound) {
    const pid_t pid = start(folder_, {});
    while (kept(folder_).empty()) poll(nullptr, 0, 5);
    kill(pid, SIGTERM);
    const int code = exit_code(pid);
    EXPECT_TRUE(code == 0 || code == 2) << code << ": 2 where it was stopped before the known bug";
    EXPECT_FALSE(kept(folder_).empty());
    await_orphans();
}

TEST_F(Campaign, FindsTheSameWithTwoJobs) {
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000", "--out", "one"})), 0);
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "4000", "--out", "two", "--jobs", "2"})), 0);
    const auto names = [&](const std::string& out) {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder_.path() / out)) {
            if (entry.path().extension() == ".schedule") found.push_back(entry.path().filename());
        }
        std::sort(found.begin(), found.end());
        return found;
    };
    EXPECT_FALSE(names("one").empty());
    EXPECT_EQ(names("one"), names("two"));
    await_orphans();
}

TEST_F(Campaign, GoesOnWithoutFeedback) {
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000", "--feedback", "off"})), 0);
    await_orphans();
}

// The calm course, which it knows before the first genome, is judged like any other.
TEST_F(Campaign, FindsWhatHappensEachTimeAlreadyAtItsFirstSchedule) {
    const auto fuzzed = [&](const std::string& unlock) {
        folder_.write("locked.toml",
                      "name = \"locked\"\n[objects]\nm = { type = \"mutex\" }\n[process.w]\n"
                      "count = 2\nsteps = [{ lock = \"m\" }" +
                          unlock + "]\n[[case]]\nbackend = \"shm\"\n");
        return testing::run_command({.words = {testing::program_path(), "fuzz", "locked.toml",
                                               "--schedules", "1", "--corpus", "kept"},
                                     .folder = folder_.path()});
    };
    const testing::Outcome stuck = fuzzed("");
    EXPECT_EQ(stuck.ending, testing::Ending(testing::Exited{1})) << stuck.out << stuck.err;
    EXPECT_NE(stuck.out.find("deadlock"), std::string::npos) << stuck.out;
    const testing::Outcome fine = fuzzed(", { unlock = \"m\" }");
    EXPECT_EQ(fine.ending, testing::Ending(testing::Exited{0})) << fine.out << fine.err;
    EXPECT_EQ(fine.out.find("0 features"), std::string::npos) << fine.out;
}

TEST_F(Campaign, SaysWhereAScheduleDoesNotGiveTheSameAgain) {
    folder_.write("unsteady.toml", R"(
name = "unsteady"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [{ store = "n", value = "self" }, { load = "n", into = "x" }]
[[case]]
backend = "broken_unsteady"
)");
    const testing::Outcome outcome = testing::run_command(
        {.words = {testing::program_path(), "fuzz", "unsteady.toml", "--schedules", "3000",
                   "--seed", "1", "--plugin", testing::test_plugins()},
         .folder = folder_.path()});
    EXPECT_EQ(outcome.ending, testing::Ending(testing::Exited{3})) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find("gave another history"), std::string::npos) << outcome.out;
}

TEST_F(Campaign, TellsProgramsHowFarItCame) {
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "500", "--json", "results.json"})), 0);
    const std::string json = testing::text_of(folder_ / "results.json");
    for (const char* key :
         {"features", "interleavings", "executions_per_second", "seconds_since_new", "repeated"}) {
        EXPECT_NE(json.find(std::string("\"") + key + "\": "), std::string::npos) << key << json;
    }
    EXPECT_EQ(json.find("\"repeated\": 0"), std::string::npos) << "about 1 in 64 are";
    await_orphans();
}

TEST_F(Campaign, KeepsEachFindingOnceWhenItIsResumed) {
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000"})), 0);
    const auto first = kept(folder_);
    EXPECT_EQ(exit_code(start(folder_, {"--schedules", "2000"})), 0);
    const auto schedules = [](const auto& files) {
        return std::count_if(files.begin(), files.end(),
                             [](const auto& file) { return file.first.ends_with(".schedule"); });
    };
    EXPECT_GE(schedules(first), 1);
    EXPECT_EQ(schedules(kept(folder_)), schedules(first));
    await_orphans();
}

}  // namespace
}  // namespace stagger::fuzz
