// SPDX-License-Identifier: Apache-2.0
//
// `stagger check`: histories from elsewhere in; exit codes, explanations and JSON out.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

constexpr const char* kGood =
    "{:process 0, :type :invoke, :f :write, :value 1}\n"
    "{:process 0, :type :ok, :f :write, :value 1}\n"
    "{:process 1, :type :invoke, :f :read, :value nil}\n"
    "{:process 1, :type :ok, :f :read, :value 1}\n";
constexpr const char* kStale =
    "{:process 0, :type :invoke, :f :write, :value 1}\n"
    "{:process 0, :type :ok, :f :write, :value 1}\n"
    "{:process 1, :type :invoke, :f :read, :value nil}\n"
    "{:process 1, :type :ok, :f :read, :value 0}\n";

Outcome check(const std::string& history, std::vector<std::string> words) {
    const TemporaryFolder folder;
    folder.write("h", history);
    words.insert(words.begin(), {"check", "h"});
    return stagger(folder, std::move(words));
}

void expect_check(const std::string& history, const std::vector<std::string>& words, int code,
                  const std::string& part) {
    const Outcome outcome = check(history, words);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out + outcome.err, part)) << outcome.out << outcome.err;
}

TEST(Check, AcceptsWhatIsLinearizable) {
    expect_check(kGood, {"--model", "register"}, 0, "linearizable: h, Jepsen EDN, model register");
}

TEST(Check, ShowsThePrefixWhatCannotFollowAndWhy) {
    const std::vector<std::string> words = {"--model", "register", "--initial", "0"};
    expect_check(kStale, words, 1, "not linearizable: read -> 0");
    expect_check(kStale, words, 1,
                 "1 operation of the longest prefix, in an order that is legal:\n"
                 "  process 0: write 1  (h:1-2)");
    expect_check(kStale, words, 1, "What cannot follow:\n  process 1: read -> 0  (h:3-4)");
}

TEST(Check, WritesTheSameAsJson) {
    const Outcome outcome = check(kStale, {"--model", "register", "--initial", "0", "--json", "-"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1}));
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json["verdict"], "violation");
    EXPECT_EQ(json["judged"], 2);
    EXPECT_EQ(json["prefix"][0]["operation"], "write 1");
    EXPECT_EQ(json["cannot_follow"][0]["line"], 3);
    EXPECT_EQ(json["cannot_follow"][0]["response_line"], 4);
}

TEST(Check, JudgesWeakerPromises) {
    const std::vector<std::string> initial = {"--model", "register", "--initial", "0"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), initial.begin(), initial.end());
        return more;
    };
    expect_check(kStale, with({"--consistency", "sequential"}), 0, "sequential: ");
    expect_check(kStale, with({"--consistency", "causal"}), 0, "causal: ");
    expect_check(kStale, with({"--stale-versions", "1"}), 0, "linearizable: ");
    expect_check(kStale, with({"--stale-time", "1"}), 64, "not every event has a time");
    expect_check("0 0 1 write 1\n1 2 3 read 0\n", with({"--stale-time", "1"}), 0, "");
    expect_check("0 0 1 write 1\n1 2.5 3 read 0\n", with({"--stale-time", "1"}), 1, "");
}

TEST(Check, LetsEqualTimesOverlapUnlessToldOtherwise) {
    const std::string table = "0 0 1 write 1\n1 1 2 read 0\n";
    expect_check(table, {"--model", "register", "--initial", "0"}, 0, "");
    expect_check(table, {"--model", "register", "--initial", "0", "--ties", "precede"}, 1, "");
}

TEST(Check, IsInconclusivePastItsMemory) {
    std::string table;
    for (int i = 0; i < 20000; ++i)
        table += "0 " + std::to_string(2 * i) + " " + std::to_string(2 * i + 1) + " write " +
                 std::to_string(i) + "\n";
    expect_check(table, {"--model", "register", "--memory", "1M"}, 2, "inconclusive");
}

TEST(Check, JudgesByAModelInLua) {
    const TemporaryFolder folder;
    folder.write("growing.lua",
                 "function init(initial) return initial or 0 end\n"
                 "function step(state, op)\n"
                 "  if op.f == 'read' then return op.result == state and state or nil end\n"
                 "  return op.argument >= state and op.argument or nil\n"
                 "end\n");
    folder.write("growing.toml",
                 "[model]\n"
                 "init = 'function(initial) return { 0 } end'\n"
                 "step = '''function(state, op)\n"
                 "  if op.argument < state[1] then return nil end\n"
                 "  return { op.argument }\n"
                 "end'''\n"
                 "partition = 'function(op) return op.process end'\n");
    folder.write("broken.lua", "function init() return 0 end\nfunction step(state, op) return");
    folder.write("good", "0 0 1 write 1\n0 2 3 write 2\n");
    folder.write("bad", "0 0 1 write 2\n0 2 3 write 1\n");
    const auto code = [&](const char* model, const char* history) {
        return stagger(folder, {"check", history, "--model", model}).ending;
    };
    for (const char* model : {"growing.lua", "growing.toml"}) {
        EXPECT_EQ(code(model, "good"), testing::Ending(Exited{0})) << model;
        EXPECT_EQ(code(model, "bad"), testing::Ending(Exited{1})) << model;
    }
    EXPECT_EQ(code("broken.lua", "good"), testing::Ending(Exited{64}));
}

TEST(Check, SaysWhatIsWrongWithAModelInLua) {
    const TemporaryFolder folder;
    folder.write("h", "0 0 1 write 1\n1 2 3 read 1\n");
    const std::string init = "function init() return 0 end\n";
    const auto expect = [&](const std::string& name, const std::string& model,
                            const std::string& part) {
        folder.write(name, model);
        for (const char* consistency : {"linearizable", "sequential"}) {
            const Outcome outcome =
                stagger(folder, {"check", "h", "--model", name, "--consistency", consistency});
            EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << outcome.out << outcome.err;
            EXPECT_TRUE(contains(outcome.err, name + part)) << outcome.err;
        }
    };
    expect("syntax.lua", "\nfunction init( return\n", ":2: <name>");
    expect("open.lua", init + "function step(s, op) return", ":2: ");
    expect("nothing.lua", init, ":1: there is no function step");
    expect("index.lua", init + "function step(s, op)\n  return s.x.y\nend\n",
           ":3: step: attempt to index a n");
    expect("os.lua", init + "function step(s, op) return os.time() end", ":2: 'os' is a nil value");
    expect("print.lua", init + "function step(s, op) return print end",
           ":2: 'print' is a nil value");
    expect("function.lua", init + "function step(s, op) return tostring end",
           ":2: step: a function is no value");
    expect("endless.lua", init + "function step(s, op)\n  while true do end\nend",
           ":2: step: this takes more than");
    expect("model.toml",
           "[model]\nstep = '''\nfunction step(state, op)\n  return op.x.y\nend'''\n"
           "init = 'function init(i) return 0 end'\n",
           ":4: step: attempt to index a nil value");
    expect("text.toml", "[model]\ninit = '0'\nstep = 'function(s, op) return s end'\n",
           ":2: expected a text such as function(...)");
}

TEST(Check, RefusesWhatIsNoHistoryOfTheModel) {
    expect_check(kGood, {}, 64, "--model is missing");
    expect_check(kGood, {"--model", "registre"}, 64, "did you mean \"register\"?");
    expect_check(kGood, {"--model", "queue"}, 64, "h:1: the model queue has no operation write");
    expect_check(kGood, {"--model", "register", "--key", "7"}, 64, "no operation is on the key 7");
    expect_check(kGood, {"--model", "register", "--consistency", "x"}, 64, "none of");
    expect_check(std::string(kGood) + "{:process 1, :ty", {"--model", "register"}, 64, "h:5:");
    expect_check(kGood, {"--model", "register", "--json", "/nonexistent/x"}, 64,
                 "/nonexistent/x cannot be written");
    expect_check("0 0 1 enqueue 1\n", {"--model", "queue", "--stale-versions", "1"}, 64,
                 "are of registers, not of queue");
    const TemporaryFolder folder;
    EXPECT_EQ(stagger(folder, {"check", "nowhere", "--model", "set"}).ending,
              testing::Ending(Exited{64}));
}

}  // namespace
}  // namespace stagger::e2e
