// SPDX-License-Identifier: Apache-2.0
//
// Stagger dies of SIGKILL at random moments; the rest must go by itself. This test adopts what it
// leaves behind (as their subreaper) and waits for the last of them: should one stay, the test's
// own time-out tells. STAGGER_TEST_SCALE=2 gives 54 moments.
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
#include <fstream>
#include <random>

#include "tests/integration/processes.hpp"
#include "tests/integration/world.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint64_t kMoments = 27;
constexpr int kLatestMs = 400;  // start, a few hundred warm executions, dozens of fresh ones
constexpr const char* kBackends[] = {"shm",  "queue",   "socket", "manager", "pipe",
                                     "file", "private", "sysv",   "fifo"};

// Processes that are kept, that are made for each execution, and that really run at the same time.
constexpr const char* kWays[] = {"lifetime = 'warm'", "lifetime = 'fresh'", "mode = 'free'"};

// The increments, locked so that nothing is ever found, explored in this way.
std::string spec_text(const std::string& backend, const std::string& way) {
    return R"(
name = "increment"
[objects]
n = { type = "register", initial = 100 }
m = { type = "mutex" }
[process.worker]
count = 2
steps = [{ lock = "m" }, { load = "n", into = "x" }, { store = "n", value = "x + 1" },
         { unlock = "m" }]
[explore]
)" + way + R"(
[expect]
allow = ["stale-read", "lost-update", "never-visible", "mutual-exclusion"]
[[case]]
backend = ")" +
           backend + "\"\n";
}

// In a folder of its own, with both kinds of temporary files in there, too.
pid_t start_stagger(const testing::TemporaryFolder& folder) {
    const std::string program = testing::program_path(), place = folder.path();
    const pid_t pid = fork();
    if (pid != 0) return pid;
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {0, 1, 2}) dup2(nowhere, stream);
    setenv("TMPDIR", place.c_str(), 1);
    if (chdir(place.c_str()) != 0) _exit(126);
    execl(program.c_str(), "stagger", "run", "increment.toml", "--seed", "1", "--schedules",
          "1000000000", "--strategy", "random", static_cast<char*>(nullptr));
    _exit(127);
}

// Gives it up to `ms`; true if it ended by itself before.
bool ended_within(pid_t pid, int ms) {
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    pollfd source{handle, POLLIN, 0};
    const bool ended = poll(&source, 1, ms) > 0;
    close(handle);
    return ended;
}

// All that became ours. Ends when there is none left.
void await_orphans() {
    while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) continue;
}

std::vector<std::string> files_in(const testing::TemporaryFolder& folder) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
        if (!entry.is_directory()) files.push_back(entry.path().filename());
    }
    return files;
}

void kill_at(int ms, const std::string& backend, const std::string& way) {
    SCOPED_TRACE(backend + ", " + way + ", killed after " + std::to_string(ms) + " ms");
    const testing::TemporaryFolder folder;
    folder.write("increment.toml", spec_text(backend, way));
    const pid_t pid = start_stagger(folder);
    ASSERT_GT(pid, 0);
    EXPECT_FALSE(ended_within(pid, ms)) << "it was to run for ever";
    kill(pid, SIGKILL);
    await_orphans();
    EXPECT_EQ(testing::objects_named("stagger-" + std::to_string(pid) + "-"),
              std::vector<std::string>{});
    EXPECT_EQ(files_in(folder), std::vector<std::string>{"increment.toml"});
}

TEST(KilledAtARandomMoment, StaggerLeavesNothingBehind) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::mt19937 random(20261122);
    const std::uint64_t moments = testing::scaled(kMoments);
    for (std::uint64_t i = 0; i < moments && !HasFailure(); ++i) {
        const int ms = static_cast<int>(random() % kLatestMs);
        kill_at(ms, kBackends[i % std::size(kBackends)],
                kWays[i / std::size(kBackends) % std::size(kWays)]);
    }
}

// The only child that it has itself; 0: none.
pid_t child_of(const std::string& process) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + process + "/task")) {
        pid_t child = 0;
        if (std::ifstream(task.path() / "children") >> child) return child;
    }
    return 0;
}

class AProcessOfStaggersOwn : public ::testing::TestWithParam<const char*> {};

// The host, or the builder, which is the host's only child.
TEST_P(AProcessOfStaggersOwn, ThatIsKilledCostsItsCaseAndLeavesNothingBehind) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const bool builder = std::string_view(GetParam()) == "Builder";
    for (const char* backend : kBackends) {
        SCOPED_TRACE(backend);
        const spec::Scenario scenario = testing::scenario_from(spec_text(backend, kWays[0]));
        CampaignOptions options = testing::world();
        options.schedules = 1'000'000'000;
        options.on_progress = [&](std::uint64_t executions) {
            if (executions != 50) return;
            const pid_t host = child_of("self");
            kill(builder ? child_of(std::to_string(host)) : host, SIGKILL);
        };
        const CaseResult result = run_case(scenario, scenario.cases.front(), options);
        await_orphans();
        EXPECT_EQ(result.status, CaseStatus::Error) << testing::describe(result);
        EXPECT_NE(result.message.find("signal 9"), std::string::npos) << result.message;
        EXPECT_EQ(testing::objects_named("stagger-" + std::to_string(getpid()) + "-"),
                  std::vector<std::string>{});
    }
}

INSTANTIATE_TEST_SUITE_P(Kill, AProcessOfStaggersOwn, ::testing::Values("Host", "Builder"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace stagger::engine
