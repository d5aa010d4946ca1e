// SPDX-License-Identifier: Apache-2.0
//
// Every format, in the variants that are met, and what is said of files that are none.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <random>

#include "harness/recorded/judge.hpp"
#include "harness/recorded/read.hpp"

namespace stagger::recorded {
namespace {

History read_good(const std::string& text, const ReadOptions& options = {}) {
    Result<Reading> reading = read_history_text("h", text, options);
    EXPECT_TRUE(reading.ok()) << reading.error().message;
    return reading.ok() ? std::move(reading->history) : History{};
}

std::string error_of(const std::string& text) {
    const Result<Reading> reading = read_history_text("h", text, {});
    return reading.ok() ? "no error" : reading.error().message;
}

// "0 write 3 -> nil 0..1" for each operation.
std::string shown(const History& history) {
    std::string out;
    for (const Operation& operation : history.operations) {
        const std::string key =
            operation.key == kNone ? "" : history.values[operation.key].to_string() + ": ";
        out += fmt::format(
            "{}{} {} {} -> {} {}..{}; ", key, history.processes[operation.process],
            history.functions[operation.function], history.values[operation.argument].to_string(),
            operation.outcome == Outcome::Failed    ? "failed"
            : operation.outcome == Outcome::Unknown ? "?"
                                                    : history.values[operation.result].to_string(),
            operation.invoked,
            operation.responded == kNone ? "" : std::to_string(operation.responded));
    }
    return out;
}

constexpr const char* kWriteThenRead = "0 write 3 -> 3 0..1; 1 read nil -> 3 2..3; ";

TEST(JepsenEdn, IsReadLineByLine) {
    const History history = read_good(
        "{:process 0, :type :invoke, :f :write, :value 3}\n"
        "{:type :ok, :f :write, :value 3, :process 0, :error [:x \"}\"]}\n"
        "{:process :nemesis, :type :info, :f :start, :value nil}\n"
        "{:process 1 :type :invoke :f :read :value nil} ; a comment\n"
        "{:process 1 :type :ok :f :read :value 3}");
    EXPECT_EQ(history.format, "Jepsen EDN");
    EXPECT_EQ(shown(history), kWriteThenRead);
}

TEST(JepsenEdn, IsReadAsOneVectorWithTags) {
    EXPECT_EQ(shown(read_good("[#jepsen.history.Op{:process 0, :type :invoke, :f :write, :value 3}"
                              " {:process 0, :type :ok, :f :write, :value 3}\n#_{:a 1}"
                              " {:process 1, :type :invoke, :f :read, :value nil}\n"
                              " {:process 1, :type :ok, :f :read, :value 3}]\n")),
              kWriteThenRead);
}

TEST(JepsenEdn, TakesKeysFromAllThreePlaces) {
    const std::string expected = "'x': 0 write 3 -> 3 0..1; ";
    EXPECT_EQ(shown(read_good("{:process 0 :type :invoke :f :write :key \"x\" :value 3}"
                              "{:process 0 :type :ok :f :write :key \"x\" :value 3}")),
              expected);
    EXPECT_EQ(shown(read_good("{:process 0 :type :invoke :f :write :value {:key \"x\" :value 3}}"
                              "{:process 0 :type :ok :f :write :value {:key \"x\" :value 3}}")),
              expected);
    EXPECT_EQ(shown(read_good("{:process 0 :type :invoke :f :write :value [\"x\" 3]}"
                              "{:process 0 :type :ok :f :write :value [\"x\" 3]}")),
              expected);
}

TEST(JepsenEdn, DoesNotTakeTheArgumentOfACasForAKey) {
    EXPECT_EQ(shown(read_good("{:process 0 :type :invoke :f :cas :value [0 3]}"
                              "{:process 0 :type :ok :f :cas :value [0 3]}")),
              "0 cas [0, 3] -> [0, 3] 0..1; ");
}

TEST(JepsenEdn, OrdersByTimeAndLetsEqualTimesOverlap) {
    const std::string text =
        "{:process 0 :type :invoke :f :write :value 3 :time 5}"
        "{:process 0 :type :ok :f :write :value 3 :time 10}"
        "{:process 1 :type :invoke :f :read :value nil :time 10}"
        "{:process 1 :type :ok :f :read :value nil :time 20}";
    EXPECT_EQ(shown(read_good(text)), "0 write 3 -> 3 0..1; 1 read nil -> nil 1..2; ");
    ReadOptions precede;
    precede.ties = Ties::Precede;
    EXPECT_EQ(shown(read_good(text, precede)), "0 write 3 -> 3 0..1; 1 read nil -> nil 2..3; ");
}

TEST(JepsenTextLog, IsReadWithTabsBlanksAndRemarks) {
    const History history = read_good(
        "INFO  jepsen.core - Worker 0 starting\n"
        "INFO  jepsen.util - 0\t:invoke\t:write\t3\n"
        "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
        "INFO  jepsen.util - 0 \t:ok :write \t3 \t:hint 2\n"
        "1   :invoke  :read  nil\n"
        "2018-01-01 10:00:00 INFO  [worker 1] jepsen.util - 1\t:ok\t:read\t3\n");
    EXPECT_EQ(history.format, "Jepsen text log");
    EXPECT_EQ(shown(history), kWriteThenRead);
}

TEST(JepsenTextLog, KeepsFailedAndUnknownApart) {
    EXPECT_EQ(shown(read_good("INFO  jepsen.util - 0\t:invoke\t:cas\t[0 3]\n"
                              "INFO  jepsen.util - 0\t:fail\t:cas\t[0 3]\n"
                              "INFO  jepsen.util - 1\t:invoke\t:write\t4\n"
                              "INFO  jepsen.util - 1\t:info\t:write\t:timed-out\n"
                              "INFO  jepsen.util - 2\t:invoke\t:read\tnil\n")),
              "0 cas [0, 3] -> failed 0..; 1 write 4 -> ? 2..; 2 read nil -> ? 4..; ");
}

TEST(JsonLines, AreReadWithObjectsAndKeys) {
    const History history = read_good(
        "{\"format\": \"stagger-history\", \"version\": 1}\n\n"
        "{\"process\": \"worker[0]\", \"type\": \"invoke\", \"f\": \"set\", \"object\": \"m\", "
        "\"key\": 1, \"value\": {\"a\": [1, 2.5]}}\n"
        "{\"process\": \"worker[0]\", \"type\": \"ok\", \"f\": \"set\"}");
    EXPECT_EQ(history.format, "JSON lines");
    EXPECT_EQ(shown(history), "['m', 1]: worker[0] set {a = [1, 2.5]} -> nil 0..1; ");
}

TEST(Tables, AreReadWithAndWithoutAHeading) {
    EXPECT_EQ(shown(read_good("0 0 1 write 3\n1 2 3 read 3\n")),
              "0 write 3 -> 3 0..1; 1 read 3 -> 3 2..3; ");
    EXPECT_EQ(shown(read_good("# a remark\nop,process,start,end,value,key\n"
                              "write,a,0.5,1.5,3,x\nread,b,1.25,-,nil,x\n")),
              "'x': a write 3 -> 3 0..2; 'x': b read nil -> ? 1..; ");
    EXPECT_EQ(shown(read_good("0 0 1 cas 0 3 false\n1 2 3 cas [3 4] ok\n")),
              "0 cas [0, 3] -> false 0..1; 1 cas [3, 4] -> [3, 4] 2..3; ");
}

TEST(BadHistories, AreRefusedWithFileLineAndWhatWasExpected) {
    struct Bad {
        std::string text, line, part;
    };
    const std::string invoke = "{:process 0, :type :invoke, :f :read, :value nil}\n";
    const std::vector<Bad> all = {
        {"", "h:1:", "expected a history"},
        {"# nothing\n", "h:1:", "expected a history"},
        {invoke + "{:process 0, :type :ok, :f :re", "h:2:", "expected"},
        {invoke + "{:process 0, :type :ok, :f :read, :value \"ab", "h:2:", "closing"},
        {"[" + invoke, "h:2:", "expected its closing ']'"},
        {"{:process 0, :type :ok, :f :read, :value 1}", "h:1:", "expected its :invoke first"},
        {invoke + invoke, "h:2:", "still open"},
        {invoke + "{:process 0, :type :ok, :f :write, :value 1}", "h:2:", "invoked read in line 1"},
        {invoke + "{:process 0, :type :done, :f :read}", "h:2:", "expected :invoke"},
        {"{:type :invoke, :f :read}", "h:1:", ":process"},
        {"INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:rea",
         "h:2:", "the value is missing"},
        {"INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jeps", "h:2:", "middle of a line"},
        {"{\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}\n{\"process\": 0, \"ty",
         "h:2:", "middle of a line"},
        {"{\"process\": 0, \"type\": \"invoke\"}", "h:1:", "no \"f\""},
        {"{\"format\": \"stagger-history\", \"version\": 9}", "h:1:", "expected \"version\": 1"},
        {"0 5 1 write 3\n", "h:1:", "ends before it starts"},
        {"0 0 5 write 3\n0 3 6 write 4\n", "h:2:", "still open"},
        {"0 0 x write 3\n", "h:1:", "expected"},
        {"0 0 1 write 3 4 5\n", "h:1:", "too many"},
        {"hello, world\n", "h:1:", "expected JSON lines"},
        {std::string("{:process\0 0}", 13), "h:1:", "binary"},
        {std::string(200, '[') + "\n", "h:1:", "expected"},
        {"{:process 0 :type :invoke :f :read :value " + std::string(500, '['), "h:1:", "deeply"},
        {"{\"process\": " + std::string(500, '['), "h:1:", "deeply"},
    };
    for (const Bad& bad : all) {
        const std::string error = error_of(bad.text);
        EXPECT_EQ(error.find(bad.line), 0u) << bad.text << "\n" << error;
        EXPECT_NE(error.find(bad.part), std::string::npos) << bad.text << "\n" << error;
    }
}

TEST(BadHistories, OfUnknownOperationsAreRefusedWithThoseThatAreKnown) {
    History history = read_good("0 0 1 jump 3\n");
    const Result<Judgement> judgement = judge(history, *find_model("register"), {});
    ASSERT_FALSE(judgement.ok());
    EXPECT_EQ(
        judgement.error().message,
        "h:1: the model register has no operation jump: expected read, write, swap, add, cas");
}

// Bytes changed, left out and doubled at random: whatever comes of it is a history or an error.
TEST(BadHistories, NeverCrashTheReader) {
    const std::vector<std::string> good = {
        "[{:process 0, :type :invoke, :f :cas, :value [0 3], :time 10}\n"
        " {:process 0, :type :ok, :f :cas, :value #{1 \"a\\n\" \\c 1.5 -7N}, :time 11}]",
        "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\t{:a [1]}\n",
        "{\"process\": 0, \"type\": \"invoke\", \"f\": \"cas\", \"value\": [0, 1e3]}\n"
        "{\"process\": 0, \"type\": \"ok\", \"f\": \"cas\", \"value\": true, \"time\": 3}\n",
        "process start end operation value\n0 0 1 cas [0 3] true\n1 0.5 - write 4\n",
    };
    std::mt19937_64 random(3);
    const std::string bytes = "{}[]()#\"\\:;,.0123456789-+eN \t\nnil\x80\xff";
    for (int round = 0; round < 20000; ++round) {
        std::string text = good[random() % good.size()];
        for (std::size_t change = 0; change < 1 + random() % 4; ++change) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = bytes[random() % bytes.size()];
                    break;
                case 1:
                    text.erase(at, 1 + random() % 8);
                    break;
                default:
                    text.insert(at, text.substr(random() % text.size(), random() % 12));
            }
            if (text.empty()) text = " ";
        }
        Result<Reading> reading = read_history_text("h", text, {});
        if (!reading.ok()) {
            EXPECT_EQ(reading.error().message.find("h:"), 0u) << text << "\n"
                                                              << reading.error().message;
            continue;
        }
        const Result<Judgement> judgement = judge(reading->history, *find_model("register"), {});
        if (!judgement.ok()) {
            EXPECT_EQ(judgement.error().message.find("h:"), 0u);
        }
    }
}

}  // namespace
}  // namespace stagger::recorded
