// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/arguments/usage.hpp"
#include "harness/cli/campaign/exit_code.hpp"

namespace stagger::cli {
namespace {

constexpr Command kCommands[] = {
    {"gate", "Runs everything",
     [](Usage& usage, Options& options) {
         add_paths(usage, options);
         add_selection(usage, options);
         add_definitions(usage, options);
         add_exploration(usage, options);
         add_parallelism(usage, options);
         add_results(usage, options);
         add_surroundings(usage, options);
         usage.examples = "  stagger gate";
     },
     nullptr},
    {"replay", "Runs again",
     [](Usage& usage, Options& options) {
         add_one_path(usage, options, "FILE", "A schedule");
         add_replaying(usage, options);
     },
     nullptr},
};

struct Read {
    Parsed parsed;
    Options options;
};

Read read(const std::vector<std::string>& arguments) {
    Read out;
    out.parsed = parse_arguments(arguments, kCommands, "9.8.7", out.options);
    return out;
}

TEST(CliArguments, ReadEveryKindOfOption) {
    const Read it = read({"gate", "a", "--seed", "7", "--backend", "shm,pipe", "--backend=queue",
                          "-D", "locked=true", "-Dn=3", "--time", "2m", "--fail-fast", "--jobs",
                          "2", "--json", "-", "b"});
    ASSERT_NE(it.parsed.command, nullptr) << it.parsed.text;
    EXPECT_EQ(it.parsed.command->name, "gate");
    EXPECT_EQ(it.options.paths, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(it.options.backends, (std::vector<std::string>{"shm", "pipe", "queue"}));
    EXPECT_EQ(it.options.params.at("locked"), Value(true));
    EXPECT_EQ(it.options.params.at("n"), Value(3));
    EXPECT_EQ(it.options.seed, 7U);
    EXPECT_EQ(it.options.seconds, 120.0);
    EXPECT_EQ(it.options.jobs, 2U);
    EXPECT_TRUE(it.options.fail_fast);
    EXPECT_EQ(it.options.json, "-");
}

// Its value would be taken for the spec, and the spec for too much.
TEST(CliArguments, AMisspeltOptionIsNamedWithTheNearestOne) {
    const auto message = [](const std::vector<std::string>& words) {
        return read(words).parsed.text;
    };
    EXPECT_NE(message({"replay", "--tims", "1", "a.schedule"})
                  .find("replay has no option --tims; did you mean --times?"),
              std::string::npos)
        << message({"replay", "--tims", "1", "a.schedule"});
    EXPECT_NE(message({"replay", "--tims=1"}).find("no option --tims; did you mean --times?"),
              std::string::npos);
    EXPECT_NE(message({"gate", "--nothing-like-it"}).find("gate has no option --nothing-like-it\n"),
              std::string::npos);
    EXPECT_NE(message({"replay", "a", "b"}).find("was given more: b"), std::string::npos);
}

TEST(CliArguments, HelpIsACommandToo) {
    const Parsed all = read({"help"}).parsed;
    EXPECT_EQ(all.exit_code, kAsExpected);
    EXPECT_EQ(all.text, read({"--help"}).parsed.text);
    EXPECT_EQ(read({"help", "gate"}).parsed.text, read({"gate", "--help"}).parsed.text);
    const Parsed unknown = read({"help", "gaet"}).parsed;
    EXPECT_EQ(unknown.exit_code, kUsage);
    EXPECT_NE(unknown.text.find("did you mean \"gate\"?"), std::string::npos) << unknown.text;
}

TEST(CliArguments, WhatIsNotGivenKeepsItsDefault) {
    const Read it = read({"gate"});
    ASSERT_NE(it.parsed.command, nullptr) << it.parsed.text;
    EXPECT_FALSE(it.options.seed.has_value());
    EXPECT_EQ(it.options.out, ".stagger");
    EXPECT_EQ(it.options.jobs, 1U);
    EXPECT_FALSE(it.options.fail_fast);
}

void expect_usage_error(const std::vector<std::string>& arguments, const std::string& part) {
    const Read it = read(arguments);
    EXPECT_EQ(it.parsed.command, nullptr);
    EXPECT_EQ(it.parsed.exit_code, kUsage);
    EXPECT_TRUE(it.parsed.text_is_error);
    EXPECT_NE(it.parsed.text.find(part), std::string::npos) << it.parsed.text;
}

TEST(CliArguments, WrongUsageSaysWhatIsWrongAndWhereHelpIs) {
    expect_usage_error({"gate", "--seed", "x"}, "\"x\" is no whole number");
    expect_usage_error({"gate", "--seed", "x"}, "stagger gate --help");
    expect_usage_error({"gate", "--seed"}, "--seed");
    expect_usage_error({"gate", "--seed", "1", "--seed", "2"}, "--seed");
    expect_usage_error({"gate", "--jobs", "0"}, "whole number from 1");
    expect_usage_error({"gate", "--nonsense"}, "--nonsense");
    expect_usage_error({"gate", "-D", "n=1", "-D", "n=2"}, "n is given twice");
    expect_usage_error({"gate", "--progress", "loud"}, "auto, bar, plain, none");
    expect_usage_error({"gate", "--json", ""}, "value");
    expect_usage_error({"replay"}, "FILE");
    expect_usage_error({"replay", "a", "b"}, "replay takes one FILE, and was given more: b");
    expect_usage_error({"gaet"}, "did you mean \"gate\"?");
    expect_usage_error({}, "Exit codes");
}

TEST(CliArguments, HelpAndVersionAreNoErrors) {
    const Read help = read({"--help"});
    EXPECT_EQ(help.parsed.exit_code, kAsExpected);
    EXPECT_FALSE(help.parsed.text_is_error);
    EXPECT_NE(help.parsed.text.find("replay"), std::string::npos);
    const Read gate = read({"gate", "--help"});
    EXPECT_NE(gate.parsed.text.find("--fail-fast"), std::string::npos) << gate.parsed.text;
    EXPECT_NE(gate.parsed.text.find("Examples:\n  stagger gate"), std::string::npos);
    EXPECT_EQ(read({"--version"}).parsed.text, "stagger 9.8.7\n");
}

}  // namespace
}  // namespace stagger::cli
