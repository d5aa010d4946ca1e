// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/fuzz/shards.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

int fail(int code, const std::string& message, Console& console) {
    console.error(message);
    return code;
}

int merge(const Options& options, Console& console) {
    if (options.paths.size() < 2) {
        return fail(kUsage, "merge needs folders to take from, and the one to put them into last.",
                    console);
    }
    const std::vector<std::string> from(options.paths.begin(), options.paths.end() - 1);
    for (const std::string& folder : from) {
        if (std::error_code error; std::filesystem::is_directory(folder, error)) continue;
        return fail(kUsage, fmt::format("{}: there is no such folder to take from.", folder),
                    console);
    }
    const auto merged = fuzz::merge(from, options.paths.back());
    if (!merged) return fail(kBroken, merged.error().message, console);
    console.print(fmt::format("{} and {} are new in {}\n", report::counted(merged->inputs, "input"),
                              report::counted(merged->findings, "finding"), options.paths.back()));
    return kAsExpected;
}

std::string rendered(const fuzz::StoredFinding& finding) {
    std::string out = fmt::format("{}  {}\n", fmt::join(finding.symptoms, ", "),
                                  report::printable(finding.case_id));
    for (const std::string& decision : finding.decisions) {
        out += fmt::format("    {}\n", report::printable(decision));
    }
    return out + fmt::format("    {}\n", report::printable(finding.path));
}

int tell(const Options& options, Console& console) {
    if (options.paths.size() != 1) return fail(kUsage, "report needs one folder.", console);
    const auto holdings = fuzz::survey(options.paths.front());
    if (!holdings) return fail(kUsage, holdings.error().message, console);
    int code = kAsExpected;
    for (const fuzz::StoredFinding& finding : holdings->findings) {
        if (finding.problem.empty()) {
            console.print(rendered(finding));
        } else {
            code = fail(kUsage, finding.problem, console);
        }
    }
    const auto& findings = holdings->findings;
    const auto whole = std::count_if(findings.begin(), findings.end(),
                                     [](const auto& finding) { return finding.problem.empty(); });
    console.print(fmt::format(
        "{}, {}\n", report::counted(static_cast<std::uint64_t>(whole), "distinct finding"),
        report::counted(holdings->inputs, "input")));
    return code;
}

}  // namespace

void set_up_corpus(Usage& usage, Options& options) {
    const auto topic = [&options](const std::string& text) -> Status {
        if (text != "merge" && text != "report") return Error{"it is merge or report"};
        options.topic = text;
        return Ok{};
    };
    usage.positionals.push_back(
        {"WHAT", "merge or report", topic, true, Times::Once, {"merge", "report"}});
    const auto folder = [&options](const std::string& text) -> Status {
        options.paths.push_back(text);
        return Ok{};
    };
    usage.positionals.push_back(
        {"DIR", "Folders that campaigns left behind", folder, true, Times::Repeated});
    usage.notes =
        "merge copies inputs and findings of the first folders into the last, where it does not\n"
        "have them. report lists the distinct findings below a folder, and counts inputs; it ends\n"
        "with 64 if a schedule there cannot be read.";
    usage.examples =
        "  stagger corpus merge shard1/.stagger shard2/.stagger all\n"
        "  stagger corpus report all";
}

int run_corpus(const Options& options, Console& console) {
    return options.topic == "merge" ? merge(options, console) : tell(options, console);
}

}  // namespace stagger::cli
