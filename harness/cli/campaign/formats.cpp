// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/formats.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/paths.hpp"
#include "harness/recorded/write.hpp"
#include "harness/report/formats/junit.hpp"
#include "harness/report/formats/sarif.hpp"
#include "harness/report/formats/shiviz.hpp"
#include "harness/report/formats/tap.hpp"
#include "harness/report/formats/trace.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

// Whether it is there or not; without links.
fs::path whole(const std::string& path) {
    std::error_code error;
    return fs::weakly_canonical(fs::absolute(path, error), error);
}

bool is_same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    return whole(a) == whole(b) || fs::equivalent(a, b, error);
}

// A spec, schedule or history that the command line names, or a spec below a folder that it names.
bool is_read(const std::string& file, const Options& options) {
    std::vector<std::string> inputs = options.paths;
    if (!options.spec.empty()) inputs.push_back(options.spec);
    return std::any_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
        std::error_code error;
        if (!fs::is_directory(input, error)) return is_same_file(input, file);
        const fs::path below = whole(file).lexically_relative(whole(input));
        return whole(file).extension() == ".toml" && !below.empty() && *below.begin() != "..";
    });
}

}  // namespace

std::span<const Format> formats() {
    using report::Results;
    static constexpr std::array<Format, 4> kFormats{{
        {"--json", "Write the results as JSON; - is stdout", &Options::json,
         [](const Results& it) { return report::to_json(it.seed, it.cases, it.figures); }},
        {"--junit", "Write the results as JUnit XML; - is stdout", &Options::junit,
         [](const Results& it) { return report::to_junit(it.cases); }},
        {"--tap", "Write the results as TAP 13; - is stdout", &Options::tap,
         [](const Results& it) { return report::to_tap(it.cases); }},
        {"--sarif", "Write errors of specs and findings as SARIF 2.1.0; - is stdout",
         &Options::sarif, report::to_sarif},
    }};
    return kFormats;
}

std::span<const ReplayFormat> replay_formats() {
    using engine::CaseResult;
    using engine::Finding;
    static constexpr std::array<ReplayFormat, 3> kFormats{{
        {"--history", "Write the operations as JSON lines, which `stagger check` reads",
         &Options::history,
         [](const CaseResult&, const Finding& it) {
             return recorded::write_json_lines(it.history);
         }},
        {"--trace", "Write a trace, which ui.perfetto.dev opens; - is stdout", &Options::trace,
         report::to_trace},
        {"--shiviz", "Write a log with vector clocks for ShiViz; - is stdout", &Options::shiviz,
         [](const CaseResult&, const Finding& it) { return report::to_shiviz(it.history); }},
    }};
    return kFormats;
}

std::vector<OutputFile> output_files(const Options& options) {
    std::vector<OutputFile> files;
    const auto add = [&files](std::string_view option, const std::string& path) {
        if (!path.empty()) files.push_back({option, path});
    };
    for (const Format& format : formats()) add(format.option, options.*format.file);
    for (const ReplayFormat& format : replay_formats()) add(format.option, options.*format.file);
    return files;
}

bool owns_stdout(const Options& options) {
    for (const OutputFile& file : output_files(options))
        if (file.path == "-") return true;
    return false;
}

Status check_output_files(const Options& options) {
    std::string_view owner;
    for (const OutputFile& file : output_files(options)) {
        if (file.path != "-") {
            STAGGER_TRY([[maybe_unused]] const Ok writable, check_writable(file.path));
            continue;
        }
        if (!owner.empty())
            return Error{
                fmt::format("{} and {} cannot both write to stdout; give one of them a "
                            "file.",
                            owner, file.option)};
        owner = file.option;
    }
    return Ok{};
}

Status check_what_is_replaced(const Options& options) {
    const std::vector<OutputFile> files = output_files(options);
    for (auto file = files.begin(); file != files.end(); ++file) {
        if (file->path == "-" || !is_replaced(file->path)) continue;
        if (is_read(file->path, options))
            return Error{fmt::format("{} would replace {}, which is read: choose another file.",
                                     file->option, file->path)};
        const auto other = std::find_if(files.begin(), file, [&](const OutputFile& earlier) {
            return is_same_file(earlier.path, file->path);
        });
        if (other != file)
            return Error{fmt::format("{} and {} would both be written to {}: choose two files.",
                                     other->option, file->option, file->path)};
    }
    return Ok{};
}

report::Folders folders_here() {
    std::error_code error;
    report::Folders folders;
    folders.working = std::filesystem::current_path(error).string();
    folders.root = folders.working;
    for (const char* name : {"GITHUB_WORKSPACE", "CI_PROJECT_DIR"}) {
        const char* root = std::getenv(name);
        if (root == nullptr || *root != '/') continue;
        folders.root = std::filesystem::path(root).lexically_normal().string();
        if (folders.root.size() > 1 && folders.root.ends_with('/')) folders.root.pop_back();
        break;
    }
    return folders;
}

}  // namespace stagger::cli
