// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/layout.hpp"

#include <gtest/gtest.h>

#include "harness/spec/parse.hpp"

namespace stagger::worker {
namespace {

using Kind = backend::Layout::Kind;

struct Parsed {
    explicit Parsed(const std::string& text)
        : outcome(spec::parse_scenario(
              "name = \"layout\"\n" + text + "\n[[case]]\nbackend = \"shm\"\n", "layout.toml")) {
        if (!outcome.scenario) ADD_FAILURE() << outcome.diagnostics.front().render();
    }
    const spec::Scenario& scenario() const { return *outcome.scenario; }
    const spec::Case& spec_case() const { return scenario().cases.front(); }
    backend::Layout layout() const { return lay_out(scenario(), spec_case()); }

    spec::ParseOutcome outcome;
};

constexpr const char* kRegister = "[objects]\nn = { type = \"register\" }\n";
constexpr const char* kStep = "steps = [{ load = \"n\", into = \"x\" }]\n";

std::vector<std::string> names(const backend::Layout& layout) {
    std::vector<std::string> all;
    for (const history::Task& task : layout.tasks) all.push_back(task.name);
    return all;
}

TEST(Layout, NumbersProcessesOfARoleAndTheirThreadsOnlyWhereThereAreSeveral) {
    const Parsed parsed(std::string(kRegister) + "[process.many]\ncount = 2\n" + kStep +
                        "[process.both]\nthreads = 2\n" + kStep + "[process.one]\n" + kStep);
    const backend::Layout layout = parsed.layout();
    EXPECT_EQ(names(layout), (std::vector<std::string>{"many[0]", "many[1]", "both[0].0",
                                                       "both[0].1", "one", "parent"}));
    std::vector<std::uint32_t> processes;
    for (const history::Task& task : layout.tasks) processes.push_back(task.process);
    EXPECT_EQ(processes, (std::vector<std::uint32_t>{0, 1, 2, 2, 3, 4}));
    EXPECT_EQ(process_count(layout), 5u);
}

TEST(Layout, ADaemonIsNoRoleWhoseEndIsAwaited) {
    const Parsed parsed(std::string(kRegister) + "[process.guard]\ndaemon = true\n" + kStep +
                        "[process.one]\n" + kStep);
    const backend::Layout layout = parsed.layout();
    EXPECT_EQ(layout.kinds, (std::vector{Kind::Daemon, Kind::Role, Kind::Parent}));
    EXPECT_TRUE(layout.tasks[0].daemon);
    EXPECT_FALSE(layout.tasks[1].daemon);
}

TEST(Layout, TheParentOfASingleProcessIsInThatProcess) {
    const Parsed one(std::string(kRegister) + "[process.one]\n" + kStep);
    EXPECT_EQ(one.layout().tasks.back().process, 0u);
    const Parsed two(std::string(kRegister) + "[process.one]\ncount = 2\n" + kStep);
    EXPECT_EQ(two.layout().tasks.back().process, 2u);
}

TEST(Layout, TheParentReadsWhereThereIsSomethingToJudgeAtTheEnd) {
    const std::string role = std::string("[process.one]\n") + kStep;
    EXPECT_FALSE(Parsed(kRegister + role).layout().parent_reads);
    EXPECT_TRUE(Parsed(kRegister + role + "[expect]\nfinal = \"n == 0\"").layout().parent_reads);
    EXPECT_TRUE(
        Parsed(kRegister + std::string("q = { type = \"queue\" }\n") + role).layout().parent_reads);
}

TEST(Layout, ServersComeBehindAllOthersEachInAProcessOfItsOwn) {
    const Parsed parsed(std::string(kRegister) + "[process.one]\n" + kStep);
    backend::Layout single = parsed.layout();
    add_servers(single, 1);
    EXPECT_EQ(single.tasks.back().name, "server");
    backend::Layout several = parsed.layout();
    add_servers(several, 2);
    EXPECT_EQ(names(several),
              (std::vector<std::string>{"one", "parent", "server[0]", "server[1]"}));
    EXPECT_EQ(several.kinds.back(), Kind::Server);
    EXPECT_EQ(several.tasks[2].process, 1u);
    EXPECT_EQ(several.tasks[3].process, 2u);
}

TEST(Layout, VariablesAreRecordedWhereAnExpectationReadsThem) {
    const auto reads = [](const std::string& expect) {
        const Parsed parsed(std::string(kRegister) + "[process.one]\n" + kStep + expect);
        return reads_variables(parsed.scenario(), parsed.spec_case());
    };
    EXPECT_FALSE(reads(""));
    EXPECT_FALSE(reads("[expect]\nfinal = \"n == 0\""));
    EXPECT_TRUE(reads("[expect]\nfinal = \"one.x == 0\""));
    EXPECT_TRUE(reads("[expect]\nobserve = [\"one.x\"]\noutcomes = { \"0\" = \"acceptable\" }"));
}

}  // namespace
}  // namespace stagger::worker
