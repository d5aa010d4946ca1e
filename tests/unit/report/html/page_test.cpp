// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/page.hpp"

#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/report/sample.hpp"

namespace stagger::report::html {
namespace {

using Json = nlohmann::json;

Run run_of(std::vector<engine::CaseResult> results) {
    Run run;
    run.command = "gate";
    run.seed = 7;
    run.results = std::move(results);
    run.scenarios = {{"increment", {"Two add 1.", "specs/updates/increment.toml"}}};
    return run;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

// What the page's own code reads.
Json data_in(const std::string& page) {
    const std::string begin = "id=\"run-data\">";
    const std::size_t from = page.find(begin) + begin.size();
    return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(HtmlPage, CarriesTheRunAndNothingFromTheNetwork) {
    const std::string page =
        render_page(run_of({sample::lost_update(), sample::deadlock(), sample::pass()}));
    const Json data = data_in(page);
    EXPECT_EQ(data["cases"].size(), 3u);
    EXPECT_EQ(data["seed"], 7);
    EXPECT_EQ(data["totals"]["fail"], 2);
    EXPECT_EQ(data["scenarios"]["increment"][0], "Two add 1.");
    EXPECT_EQ(data["cases"][0]["findings"][0]["symptom"], "lost-update");
    EXPECT_FALSE(data["cases"][0]["findings"][0]["diagram"].is_null());
    const std::string without_names =
        std::regex_replace(page, std::regex("http://www\\.w3\\.org/(2000/svg|1999/xhtml)"), "");
    EXPECT_EQ(count_of(without_names, "http:") + count_of(without_names, "https:"), 0u);
    EXPECT_EQ(count_of(page, "{{"), 0u);
    EXPECT_EQ(count_of(page, "<script"), 2u);
}

TEST(HtmlPage, IsTheSameForTheSameResults) {
    const auto page = [] { return render_page(run_of({sample::lost_update(), sample::pass()})); };
    EXPECT_EQ(page(), page());
}

TEST(HtmlPage, WhatAUserWroteIsNeverMarkup) {
    const std::string evil = "</script><img src=x onerror=alert(1)>{{script}}<!--";
    engine::CaseResult result = sample::lost_update();
    result.scenario = evil;
    result.spec_case.id = evil + "/shm";
    result.spec_case.params = {{evil, Value(evil)}};
    result.findings[0].verdict.violations[0].message = evil;
    result.findings[0].history.tasks[0].name = evil;
    result.findings[0].history.objects[0].name = evil;
    result.findings[0].output = evil;
    html::Run run = run_of({result});
    run.scenarios[evil] = {evil, evil};
    const std::string page = render_page(run);
    EXPECT_EQ(count_of(page, "<img"), 0u);
    EXPECT_EQ(count_of(page, "</script>"), 2u);
    EXPECT_EQ(data_in(page)["cases"][0]["scenario"], evil);
}

TEST(HtmlPage, BytesThatAreNoTextDoNoHarm) {
    engine::CaseResult result = sample::lost_update();
    result.findings[0].output = "\xff\xfe\x01 broken\n";
    result.spec_case.options = {{"shm", {{"lock", "\x80"}}}};
    EXPECT_EQ(data_in(render_page(run_of({result})))["cases"].size(), 1u);
}

TEST(HtmlPage, SaysThatTheRunWasStopped) {
    html::Run run = run_of({sample::pass()});
    EXPECT_FALSE(data_in(render_page(run)).contains("stopped"));
    run.stopped = true;
    EXPECT_EQ(data_in(render_page(run))["stopped"], true);
}

TEST(HtmlPage, APassHasItsEvidenceAndHowItGrew) {
    engine::CaseResult result = sample::pass();
    result.evidence.growth = {{1, 1, 5}, {1000, 37, 80}};
    const Json evidence = Json::parse(page_data(run_of({result})))["cases"][0]["evidence"];
    EXPECT_EQ(evidence["growth"], Json::parse("[[1, 1, 5], [1000, 37, 80]]"));
    EXPECT_EQ(evidence["interleavings"], 37);
    EXPECT_NE(evidence["text"].get<std::string>().find("37 interleavings"), std::string::npos);
}

TEST(HtmlPage, WithoutRoomForAllDiagramsDrawsThoseOfFailuresFirst) {
    engine::CaseResult known = sample::lost_update();
    known.status = engine::CaseStatus::Pass;
    const html::Run run = run_of({known, sample::lost_update()});
    const std::size_t one =
        Json::parse(page_data(run))["cases"][1]["findings"][0]["diagram"].dump().size();
    const Json data = Json::parse(page_data(run, one + 100));
    EXPECT_FALSE(data["cases"][0]["findings"][0].contains("diagram"));
    EXPECT_TRUE(data["cases"][1]["findings"][0].contains("diagram"));
    EXPECT_EQ(data["cases"][0]["findings"][0]["symptom"], "lost-update");
}

TEST(HtmlPage, WhatGoesOnForPagesIsCut) {
    engine::CaseResult result = sample::lost_update();
    result.findings[0].output = std::string(1'000'000, 'x');
    result.findings[0].verdict.violations[0].message = std::string(1'000'000, 'y');
    history::History& history = result.findings[0].history;
    for (int i = 0; i < 10'000; ++i)
        sample::add_call(history, 0, Operation::Store, 0, std::string(5'000, 'z'), {},
                         static_cast<std::uint32_t>(10 + 2 * i),
                         static_cast<std::uint32_t>(11 + 2 * i));
    EXPECT_LT(page_data(run_of({result})).size(), 100'000u);
}

TEST(HtmlTemplate, WhatIsFilledInIsNotLookedAtAgain) {
    EXPECT_EQ(fill_in("<{{a}}|{{b}}|{{c}}>", {{"a", "{{b}}"}, {"b", "2"}}), "<{{b}}|2|>");
    EXPECT_EQ(fill_in("{{a", {{"a", "1"}}), "{{a");
}

}  // namespace
}  // namespace stagger::report::html
