// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/target_settings.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string_view>

#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultOut = ".stagger";

std::string value_of(const Environment& environment, const char* name) {
    const char* value = environment(name);
    return value == nullptr ? "" : value;
}

// A build's own layout, then that of a folder with everything in it.
std::vector<std::string> plugin_folders(const fs::path& folder, std::string_view more) {
    std::vector<std::string> folders{(folder / "plugins").string(),
                                     (folder / ".." / "plugins").lexically_normal().string()};
    while (!more.empty()) {
        const std::string_view next = more.substr(0, more.find(':'));
        if (!next.empty()) folders.emplace_back(next);
        more.remove_prefix(std::min(next.size() + 1, more.size()));
    }
    return folders;
}

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

Status set_lifetime(const std::string& text, engine::CampaignOptions& options) {
    if (text == "warm") {
        options.lifetime = spec::Lifetime::Warm;
    } else if (text == "fresh") {
        options.lifetime = spec::Lifetime::Fresh;
    } else if (!text.empty()) {
        return Error{fmt::format("STAGGER_FUZZ_LIFETIME is warm or fresh, not \"{}\".", text)};
    }
    return Ok{};
}

std::string choices(const std::vector<spec::Case>& cases) {
    std::string out;
    for (const spec::Case& one : cases) out += "\n  " + one.id;
    return out;
}

}  // namespace

Result<TargetSettings> target_settings(const std::string& program, const Environment& environment) {
    const fs::path path(program);
    const fs::path folder = path.parent_path();
    TargetSettings settings;
    settings.spec_path = value_of(environment, "STAGGER_FUZZ_SPEC");
    settings.case_id = value_of(environment, "STAGGER_FUZZ_CASE");
    if (settings.spec_path.empty()) {
        const fs::path beside = program + ".toml";
        std::error_code ignored;
        if (!fs::exists(beside, ignored)) {
            return Error{
                fmt::format("there is nothing to fuzz: set STAGGER_FUZZ_SPEC to a spec and "
                            "STAGGER_FUZZ_CASE to the id of a case, or put the spec "
                            "beside the program as {}.",
                            beside.string())};
        }
        settings.spec_path = beside.string();
        if (settings.case_id.empty()) settings.case_id = first_line(program + ".case");
    }
    engine::CampaignOptions& options = settings.options;
    options.worker_path = (folder / "stagger-worker").string();
    options.plugin_paths = plugin_folders(folder, value_of(environment, "STAGGER_PLUGIN_PATH"));
    options.out_directory = value_of(environment, "STAGGER_FUZZ_OUT");
    if (options.out_directory.empty()) options.out_directory = kDefaultOut;
    STAGGER_TRY([[maybe_unused]] Ok set,
                set_lifetime(value_of(environment, "STAGGER_FUZZ_LIFETIME"), options));
    return settings;
}

Result<TargetCase> target_case(const TargetSettings& settings) {
    spec::ParseOutcome outcome = spec::load_scenario(settings.spec_path);
    if (!outcome.scenario || !outcome.diagnostics.empty()) {
        std::string problems;
        for (const spec::Diagnostic& diagnostic : outcome.diagnostics)
            problems += diagnostic.render();
        return Error{problems};
    }
    TargetCase chosen{std::move(*outcome.scenario), {}};
    spec::Selection selection;
    selection.filter = settings.case_id;
    STAGGER_TRY(const std::vector<spec::Case> cases,
                spec::select_cases(chosen.scenario, selection, false));
    if (cases.size() == 1) {
        chosen.spec_case = cases.front();
        return chosen;
    }
    const auto& all = chosen.scenario.cases;
    return Error{fmt::format(
        "STAGGER_FUZZ_CASE \"{}\" means {} of the cases of {}, and must mean "
        "one of:{}",
        settings.case_id, cases.size(), settings.spec_path, choices(cases.empty() ? all : cases))};
}

}  // namespace stagger::fuzz
