// SPDX-License-Identifier: Apache-2.0
//
// What programs read: the JSON object and the JUnit file.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/report/formats/json.hpp"
#include "harness/report/formats/junit.hpp"
#include "tests/unit/report/sample.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;
using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& object) {
    std::vector<std::string> out;
    for (const auto& [key, value] : object.items()) out.push_back(key);
    return out;
}

TEST(ReportJson, HasExactlyTheKeysThatAreDocumented) {
    const Json json = Json::parse(to_json(7, {sample::lost_update()}));
    EXPECT_EQ(keys(json),
              (std::vector<std::string>{"format", "seed", "summary", "cases", "regressions"}));
    EXPECT_EQ(keys(json["summary"]),
              (std::vector<std::string>{"cases", "passed", "failed", "inconclusive", "errors",
                                        "skipped"}));
    EXPECT_EQ(keys(json["cases"][0]),
              (std::vector<std::string>{"id", "scenario", "backend", "params", "options", "faults",
                                        "expected", "verdict", "symptoms", "status", "strategy",
                                        "schedules", "seconds", "first_finding_at", "evidence",
                                        "finding"}));
    EXPECT_EQ(keys(json["cases"][0]["finding"]),
              (std::vector<std::string>{"symptom", "object", "message", "delays", "operations",
                                        "schedule_file", "replayed", "replays"}));
    EXPECT_EQ(json["format"], 1);
    EXPECT_EQ(json["seed"], 7);
}

TEST(ReportJson, WhatWasReplayedFromTheCorpusIsApart) {
    CaseResult replayed = sample::lost_update();
    replayed.regression = "corpus/regressions/increment/a.schedule";
    const Json json = Json::parse(to_json(7, {replayed, sample::pass()}));
    EXPECT_EQ(json["summary"]["cases"], 1);
    EXPECT_EQ(json["cases"].size(), 1U);
    ASSERT_EQ(json["regressions"].size(), 1U);
    EXPECT_EQ(
        keys(json["regressions"][0]),
        (std::vector<std::string>{"file", "case", "scenario", "expected", "verdict", "symptoms",
                                  "status", "message", "schedules", "seconds", "finding"}));
    EXPECT_EQ(json["regressions"][0]["file"], replayed.regression);
    EXPECT_EQ(json["regressions"][0]["case"], "increment/shm");
}

TEST(ReportJson, ACampaignTellsItsOwnFigures) {
    CaseResult fuzzed = sample::pass();
    fuzzed.evidence.features = 120;
    const Figures told{{fuzzed.spec_case.id,
                        {.known = 1, .unconfirmed = 0, .repeated = 15, .seconds_since_new = 2.5}}};
    const Json json = Json::parse(to_json(7, {fuzzed}, told));
    const Json figures = json["cases"][0]["fuzzing"];
    EXPECT_EQ(keys(figures),
              (std::vector<std::string>{"features", "interleavings", "executions_per_second",
                                        "seconds_since_new", "repeated", "known", "unconfirmed"}));
    EXPECT_EQ(figures["features"], 120);
    EXPECT_EQ(figures["interleavings"], 37);
    EXPECT_EQ(figures["executions_per_second"], 2000.0);
}

TEST(ReportJson, AFindingCarriesItsDelaysAndOperations) {
    const Json json = Json::parse(to_json(7, {sample::lost_update()}));
    const Json finding = json["cases"][0]["finding"];
    EXPECT_EQ(finding["symptom"], "lost-update");
    EXPECT_EQ(finding["object"], "n");
    EXPECT_EQ(finding["delays"][0],
              "hold worker[0] at `store n` until worker[1] has done `store n`");
    EXPECT_EQ(finding["operations"].size(), 5U);
    EXPECT_EQ(finding["operations"][0]["task"], "worker[0]");
    EXPECT_EQ(finding["operations"][0]["text"], "load n -> 100");
    EXPECT_EQ(finding["operations"][4]["critical"], false);
    EXPECT_EQ(json["cases"][0]["first_finding_at"], 4);
}

TEST(ReportJson, ACaseWithoutAFindingSaysNull) {
    const Json json = Json::parse(to_json(7, {sample::pass()}));
    EXPECT_TRUE(json["cases"][0]["finding"].is_null());
    EXPECT_TRUE(json["cases"][0]["first_finding_at"].is_null());
    EXPECT_EQ(json["cases"][0]["expected"], "ok");
    EXPECT_EQ(json["cases"][0]["params"]["locked"], true);
}

TEST(ReportJson, NothingButSecondsDependsOnTheClock) {
    CaseResult slow = sample::lost_update();
    slow.seconds = 99;
    Json a = Json::parse(to_json(7, {sample::lost_update()}));
    Json b = Json::parse(to_json(7, {slow}));
    EXPECT_NE(a, b);
    a["cases"][0].erase("seconds");
    b["cases"][0].erase("seconds");
    EXPECT_EQ(a.dump(), b.dump());
}

TEST(ReportJson, CarriesEveryKindOfParameterAndAnyBytes) {
    CaseResult result = sample::pass();
    result.spec_case.params = {{"list", Value::List{1, 2.5, "x"}},
                               {"map", Value::Map{{"a", 1}}},
                               {"odd", Value::Map{{1, "one"}}},
                               {"nan", std::numeric_limits<double>::quiet_NaN()},
                               {"bytes", "\xff"}};
    result.spec_case.object_backends = {{"m", "file"}};
    const Json json = Json::parse(to_json(7, {result}));
    const Json params = json["cases"][0]["params"];
    EXPECT_EQ(params["list"].dump(), "[1,2.5,\"x\"]");
    EXPECT_EQ(params["map"].dump(), "{\"a\":1}");
    EXPECT_EQ(params["odd"].dump(), "[[1,\"one\"]]");
    EXPECT_TRUE(params["nan"].is_string());
    EXPECT_EQ(params["bytes"], "\uFFFD");
    EXPECT_EQ(json["cases"][0]["backend"].dump(), R"({"*":"shm","m":"file"})");
}

TEST(ReportJunit, HasASuitePerScenarioAndATestPerCase) {
    const std::string xml =
        to_junit({sample::pass(), sample::deadlock(), sample::lost_update(),
                  sample::without_verdict(CaseStatus::Skip, "pipe has no barrier"),
                  sample::without_verdict(CaseStatus::Inconclusive, "out of sight")});
    EXPECT_NE(xml.find("<testsuites name=\"stagger\" tests=\"5\" failures=\"2\" errors=\"1\" "
                       "time=\"1.500\">"),
              std::string::npos)
        << xml;
    EXPECT_NE(xml.find("<testsuite name=\"increment\" tests=\"4\" failures=\"1\" errors=\"1\" "
                       "time=\"1.000\" skipped=\"1\">"),
              std::string::npos);
    EXPECT_NE(xml.find("<testsuite name=\"locks\" tests=\"1\""), std::string::npos);
    EXPECT_NE(xml.find("<failure type=\"lost-update\" message=\"found at schedule 4"),
              std::string::npos);
    EXPECT_NE(xml.find("<skipped message=\"pipe has no barrier\"/>"), std::string::npos);
    EXPECT_NE(xml.find("<error type=\"inconclusive\" message=\"out of sight\">"),
              std::string::npos);
}

TEST(ReportJunit, EscapesWhatXmlCannotCarry) {
    EXPECT_EQ(xml_escaped("<a b='\"&'>"), "&lt;a b=&apos;&quot;&amp;&apos;&gt;");
    EXPECT_EQ(xml_escaped(std::string_view("\x00\x1b\n\xff", 4)), "\\x00\\x1b&#10;\uFFFD");
    EXPECT_EQ(xml_escaped("a\uFFFE\uFFFFb"), "a\uFFFD\uFFFDb");
    EXPECT_EQ(xml_escaped("plain"), "plain");
}

}  // namespace
}  // namespace stagger::report
