// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/progress.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace stagger::cli {
namespace {

engine::CaseResult passed(const std::string& id) {
    engine::CaseResult result;
    result.spec_case.id = id;
    result.status = engine::CaseStatus::Pass;
    result.verdict = "ok";
    result.schedules = 10;
    return result;
}

std::string shown(ProgressMode mode) {
    std::string out;
    Progress progress(mode, report::Style{60}, 2, [&out](std::string_view text) { out += text; });
    progress.started(0, "increment/shm");
    progress.executions(0, 5);
    progress.finished(0, passed("increment/shm"));
    progress.started(1, "increment/pipe");
    progress.finished(1, passed("increment/pipe"));
    progress.close();
    return out;
}

TEST(CliProgress, PlainIsALinePerCase) {
    EXPECT_EQ(shown(ProgressMode::Plain),
              "[1/2] pass          increment/shm  10 schedules\n"
              "[2/2] pass          increment/pipe  10 schedules\n");
}

TEST(CliProgress, NoneIsNothing) {
    EXPECT_EQ(shown(ProgressMode::None), "");
}

TEST(CliProgress, ABarIsOneLineThatIsCleanedUp) {
    const std::string text = shown(ProgressMode::Bar);
    EXPECT_NE(text.find("[0/2] "), std::string::npos) << text;
    EXPECT_NE(text.find("increment/shm"), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 0) << text;
    EXPECT_TRUE(text.ends_with("\r\033[K")) << text;
}

TEST(CliProgress, ABarIsDrawnByTheClockAndNotByTheExecutions) {
    std::string out;
    Progress progress(ProgressMode::Bar, {}, 1, [&out](std::string_view text) { out += text; });
    for (std::uint64_t i = 0; i < 1'000; ++i) progress.executions(0, i);
    progress.close();
    EXPECT_LT(std::count(out.begin(), out.end(), '\r'), 1'000);
}

TEST(CliProgress, ABarFitsTheTerminalWhateverTheId) {
    std::string out;
    Progress progress(ProgressMode::Bar, report::Style{60}, 1,
                      [&out](std::string_view text) { out += text; });
    progress.started(0, std::string(300, 'x') + "\n\033[2J");
    progress.close();
    const std::string erase = "\r\033[K";
    for (std::size_t at = out.find(erase); at != std::string::npos; at = out.find(erase, at + 1)) {
        const std::string line = out.substr(at + erase.size());
        EXPECT_LT(report::display_width(line.substr(0, line.find('\r'))), 60U);
    }
    EXPECT_EQ(out.find("\033[2J"), std::string::npos);
}

}  // namespace
}  // namespace stagger::cli
