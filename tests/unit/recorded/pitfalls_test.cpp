// SPDX-License-Identifier: Apache-2.0
//
// Histories in which a careless reader or model would see something else than what stands there:
// each with a twin that gets the other verdict.
#include <gtest/gtest.h>

#include "harness/recorded/judge.hpp"
#include "harness/recorded/read.hpp"
#include "harness/recorded/write.hpp"

namespace stagger::recorded {
namespace {

struct Asked {
    std::string model;
    Ties ties = Ties::Concurrent;
    Consistency consistency = Consistency::Linearizable;
};

// "ok", "violation", "inconclusive", or the error.
std::string verdict(const std::string& text, const Asked& asked) {
    ReadOptions reading;
    reading.ties = asked.ties;
    Result<Reading> read = read_history_text("h", text, reading);
    if (!read.ok()) return read.error().message;
    JudgeOptions options;
    options.consistency = asked.consistency;
    const Result<Judgement> judged = judge(read->history, *find_model(asked.model), options);
    if (!judged.ok()) return judged.error().message;
    return judged->answer == Answer::Ok          ? "ok"
           : judged->answer == Answer::Violation ? "violation"
                                                 : "inconclusive";
}

std::string edn(const std::string& process, const std::string& f, const std::string& argument,
                const std::string& result) {
    const std::string start = "{:process " + process + ", :f :" + f + ", :type :";
    return start + "invoke, :value " + argument + "}\n" + start + "ok, :value " + result + "}\n";
}

void expect_refused(const std::string& text, const std::string& model, const std::string& start,
                    const std::string& part) {
    const std::string message = verdict(text, {model});
    EXPECT_EQ(message.find(start), 0u) << text << message;
    EXPECT_NE(message.find(part), std::string::npos) << text << message;
}

TEST(LargeNumbers, KeepTheirIdentityInEdn) {
    const std::string write = edn("0", "write", "9007199254740993000000", "nil");
    EXPECT_EQ(verdict(write + edn("1", "read", "nil", "9007199254740992999999"), {"register"}),
              "violation");
    EXPECT_EQ(verdict(write + edn("1", "read", "nil", "+9007199254740993000000N"), {"register"}),
              "ok");
    EXPECT_EQ(verdict(edn("0", "write", "-009223372036854775809", "nil") +
                          edn("1", "read", "nil", "-9223372036854775809"),
                      {"register"}),
              "ok");
}

TEST(LargeNumbers, KeepTheirIdentityInJsonLines) {
    const auto history = [](const std::string& written, const std::string& seen) {
        return "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":[" + written +
               ",\"a\\\"1\"]}\n{\"process\":0,\"type\":\"ok\",\"f\":\"write\"}\n"
               "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\"}\n"
               "{\"process\":1,\"type\":\"ok\",\"f\":\"read\",\"value\":[" +
               seen + ",\"a\\\"1\"]}\n";
    };
    for (const std::string large : {"18446744073709551615", "92233720368547758090000000000"}) {
        EXPECT_EQ(verdict(history(large, large), {"register"}), "ok");
        std::string other = large;
        other.back() = '4';
        EXPECT_EQ(verdict(history(large, other), {"register"}), "violation");
    }
    EXPECT_EQ(verdict(history("18446744073709551615", "-1"), {"register"}), "violation");
}

TEST(Ties, KeepTheOrderOfAProcessWhereItsOperationsTakeNoTime) {
    const Asked precede{"register", Ties::Precede};
    const std::string writes = "0 1 1 write 1\n0 1 1 write 2\n";
    EXPECT_EQ(verdict(writes + "0 2 3 read 1\n", precede), "violation");
    EXPECT_EQ(verdict(writes + "0 2 3 read 2\n", precede), "ok");
    EXPECT_EQ(verdict(writes + "0 2 3 read 1\n", {"register"}), "ok");
    // Another process overlaps them all.
    EXPECT_EQ(verdict(writes + "1 1 1 read 1\n", precede), "ok");
    EXPECT_EQ(verdict(writes + "1 1 1 read 3\n", precede), "violation");
    EXPECT_EQ(verdict("1 0 1 write 3\n" + writes + "1 1 2 read 2\n", precede), "ok");
    EXPECT_EQ(verdict("1 0 1 write 3\n" + writes + "1 1 2 read 1\n", precede), "violation");
}

TEST(Ties, AreRefusedWhereNoOrderOfIntervalsSaysIt) {
    const std::string message = verdict(
        "0 1 1 write 1\n0 1 1 write 2\n1 1 1 read 1\n1 1 1 read 2\n", {"register", Ties::Precede});
    EXPECT_EQ(message.find("h:4: processes 0 and 1 both"), 0u) << message;
}

TEST(Rwlock, MayRefuseAReaderForAWriterThatWaits) {
    const std::string reader = edn("0", "lock-shared", "nil", "nil");
    EXPECT_EQ(verdict(reader + edn("2", "lock-shared", "nil", "false"), {"rwlock"}), "ok");
    EXPECT_EQ(verdict(reader + edn("0", "unlock-shared", "nil", "nil") +
                          edn("2", "lock-shared", "nil", "false"),
                      {"rwlock"}),
              "violation");
}

TEST(CausalTexts, TakeNilAndTheEmptyTextForTheSame) {
    const auto history = [](const std::string& first) {
        return "{:process 0 :type :invoke :f :get :key 1 :value nil}"
               "{:process 0 :type :ok :f :get :key 1 :value " +
               first +
               "}{:process 0 :type :invoke :f :put :key 1 :value \"x\"}"
               "{:process 0 :type :ok :f :put :key 1 :value \"x\"}";
    };
    const Asked causal{"kv", Ties::Concurrent, Consistency::Causal};
    EXPECT_EQ(verdict(history("\"\""), causal), "ok");
    EXPECT_EQ(verdict(history("nil"), causal), "ok");
    EXPECT_EQ(verdict(history("\"y\""), causal), "violation");
}

TEST(SetsOfBooleans, LearnNothingFromAResultThatRepeatsTheArgument) {
    EXPECT_EQ(
        verdict(edn("0", "add", "false", "false") + edn("0", "read", "nil", "#{false}"), {"set"}),
        "ok");
    EXPECT_EQ(verdict(edn("0", "add", "false", "false") + edn("0", "read", "nil", "#{}"), {"set"}),
              "violation");
    EXPECT_EQ(verdict(edn("0", "add", "true", "false"), {"set"}), "violation");
}

TEST(Strictness, NamesWhatIsMissingOrMisspelt) {
    const std::string event = "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",";
    expect_refused(event + "\"valeu\":1}\n", "register", "h:1:", "did you mean \"value\"?");
    expect_refused(event + "\"payload\":1}\n", "register", "h:1:", "expected process, type");
    expect_refused(event + "\"value\":1,\"time\":\"x\"}\n", "register", "h:1:", "is no time");
    expect_refused(event + "\"value\":1,\"time\":1e300}\n", "register", "h:1:", "is no time");
    expect_refused(event + "\"index\":0}\n", "register", "h:1:", "write has no value");
    EXPECT_EQ(verdict(event + "\"value\":null,\"index\":0,\"time\":null}\n", {"register"}), "ok");
    expect_refused("{:process 0 :type :invoke :f :write :value 1 :time \"x\"}", "register",
                   "h:1:", "'x' is no time");
    expect_refused("{:process 0 :type :invoke :f :write :value 1 :time -1e300}", "register",
                   "h:1:", "is no time");
    expect_refused("{:process 0 :type :invoke :f :write}", "register", "h:1:", "no value");
    expect_refused("0 0 1e300 write 1\n", "register", "h:1:", "is no time");
    expect_refused("0 0 1 enqueue\n", "queue", "h:1:", "enqueue has no value");
    expect_refused("0 0 1 contains -\n", "set", "h:1:", "contains has no value");
    expect_refused("0 0 1 put k1 v1\n", "kv", "h:1:", "put has no key");
    expect_refused("0 0 1 get 1\n", "map", "h:1:", "get has no key");
    EXPECT_EQ(verdict("0 0 1 add\n0 2 3 read 1\n", {"counter"}), "ok");
    EXPECT_EQ(verdict("0 0 1 acquire\n0 2 3 release\n", {"semaphore"}), "ok");
}

TEST(Strictness, TakesNoOperationForNoEvidence) {
    EXPECT_EQ(verdict("{\"format\": \"stagger-history\", \"version\": 1}\n", {"register"}),
              "inconclusive");
    EXPECT_EQ(verdict("process start end operation value\n", {"register"}), "inconclusive");
    EXPECT_EQ(verdict("[]", {"register"}), "inconclusive");
    EXPECT_EQ(verdict("0 0 1 write 1 fail\n", {"register"}), "inconclusive");
    EXPECT_EQ(verdict("0 0 1 read nil\n", {"register"}), "ok");
}

TEST(Strictness, TellsNonsenseFromALineThatIsCutOff) {
    const std::string event = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n";
    expect_refused(event + "hello\n", "register", "h:2:", "this is no JSON");
    expect_refused(event + "{\"process\":0,\"type\"", "register", "h:2:", "middle of a line");
}

TEST(TextLogs, PassOverLinesOfOtherOrigin) {
    const auto log = [](const std::string& seen) {
        return "2026-11-22 10:00:00,123{GMT}\tINFO\t[worker 0] jepsen.util: 0\t:invoke\t:write\t1\n"
               "java.lang.Exception: boom\n\tat foo.bar(x.clj:3)\nnoise line\nnoise\n\n"
               "WARN  jepsen.util - Process 3 indeterminate\n"
               "INFO  jepsen.core - something else\n"
               "INFO  jepsen.util - 0\t:ok\t:write\t1\n"
               "INFO  jepsen.util - 1\t:invoke\t:read\tnil\n"
               "INFO  jepsen.util - 1\t:ok\t:read\t" +
               seen + "\n";
    };
    EXPECT_EQ(verdict(log("1"), {"register"}), "ok");
    EXPECT_EQ(verdict(log("2"), {"register"}), "violation");
    expect_refused(log("1") + "INFO  jepsen.util - 2\t:begin\t:read\tnil\n", "register",
                   "h:12:", "there is no type :begin");
    expect_refused(log("1") + "INFO  jepsen.util - 2", "register", "h:12:", "expected a process");
}

// A process that was struck inside a call begins the next one without the response to that.
TEST(WrittenHistories, SayThatACallThatWasCutOffHasNoKnownOutcome) {
    history::History history;
    history.tasks = {{"worker[0]", "worker", 0, 0, 0, false, {}}};
    history.objects.resize(1);
    history.objects[0].name = "n";
    history::Call cut_off;
    cut_off.operation = stagger::Operation::Store;
    cut_off.value = Value(1);
    history::Call load;
    load.operation = stagger::Operation::Load;
    load.invoked = 1;
    load.responded = 2;
    const auto judged = [&](std::int64_t seen) {
        load.result = Value(seen);
        history.calls = {cut_off, load};
        return verdict(write_json_lines(history), {"register"});
    };
    EXPECT_EQ(judged(1), "ok");
    EXPECT_EQ(judged(2), "violation");
}

}  // namespace
}  // namespace stagger::recorded
