// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/collection.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/paths.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/text.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWidth = 100;
constexpr std::string_view kIndexMark =
    "# Findings\n\nEach is a schedule, which holds its scenario";

std::vector<fs::path> schedules_in(const std::string& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".schedule") found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

// Inside a cell of a table, or in backquotes.
std::string cell(std::string_view text) {
    std::string out = report::printable(text);
    std::replace(out.begin(), out.end(), '|', '/');
    std::replace(out.begin(), out.end(), '`', '\'');
    return out;
}

// What else than this folder a replay needs.
std::string backends_of(const schedule::ScheduleFile& file) {
    std::string names;
    for (const schedule::PluginBuild& plugin : file.origin.plugins)
        names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", plugin.name, plugin.checksum);
    return names;
}

std::string row(const std::string& folder, const fs::path& name) {
    const auto file = schedule::read_file((fs::path(folder) / name).string());
    if (!file) return fmt::format("| | | {} | cannot be read | |\n", cell(name.string()));
    const fs::path text = fs::path(name).replace_extension(".txt");
    std::error_code error;
    const std::string shown =
        fs::exists(fs::path(folder) / text, error) ? cell(text.string()) : std::string();
    return fmt::format("| {} | {} | `{}` | {} | {} |\n", cell(file->case_id),
                       fmt::join(file->symptoms, ", "), cell(name.string()), shown,
                       cell(backends_of(*file)));
}

std::string index_of(const std::string& folder, const std::vector<fs::path>& schedules) {
    std::string out(kIndexMark);
    out +=
        "; in this folder, anywhere:\n\n"
        "    stagger replay NAME.schedule\n\n"
        "Backends that are not built in are named with `--plugin FOLDER`. Replay says what is not "
        "as it was\nhere, such as another build of a backend.\n\n"
        "| case | symptoms | schedule | as the terminal showed it | backends (checksum) |\n"
        "|---|---|---|---|---|\n";
    for (const fs::path& name : schedules) out += row(folder, name);
    return out;
}

Status write_collection(const std::vector<engine::CaseResult>& results, const std::string& folder) {
    report::Style style;
    style.width = kWidth;
    for (const engine::CaseResult& result : results) {
        for (const engine::Finding& finding : result.findings) {
            if (finding.schedule_path.empty()) continue;
            const fs::path text = fs::path(finding.schedule_path).replace_extension(".txt");
            STAGGER_TRY([[maybe_unused]] const Ok written,
                        write_file(text.string(), report::render_finding(result, finding, style)));
        }
    }
    const std::vector<fs::path> schedules = schedules_in(folder);
    if (schedules.empty()) return Ok{};
    return write_file((fs::path(folder) / kIndexName).string(), index_of(folder, schedules));
}

}  // namespace

Status check_index(const Options& options) {
    if (!options.out_given) return Ok{};
    const Status own = check_own((fs::path(options.out) / kIndexName).string(), kIndexMark);
    return own ? own : Error{"--out: " + own.error().message};
}

int collect_findings(const std::vector<engine::CaseResult>& results, const Session& session,
                     const Options& options, Console& console) {
    const std::string& folder = session.campaign.out_directory;
    if (!options.out_given || folder.empty()) return kAsExpected;
    const Status written = write_collection(results, folder);
    if (written) return kAsExpected;
    console.error(written.error().message);
    return kBroken;
}

}  // namespace stagger::cli
