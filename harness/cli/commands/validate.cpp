// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

// What the backends of a case know, each asked once.
class Backends {
public:
    explicit Backends(const engine::CampaignOptions& campaign)
        : campaign_(campaign), names_(engine::backend_names(campaign)) {}

    // What is wrong with the case's choice of backends and options; "" if nothing.
    std::string problem(const spec::Case& spec_case) {
        std::set<std::string> used;
        if (!spec_case.backend.empty()) used.insert(spec_case.backend);
        for (const auto& [object, backend] : spec_case.object_backends) used.insert(backend);
        std::string found = unknown_name("backend", {used.begin(), used.end()}, names_);
        for (const std::string& backend : used) {
            if (found.empty()) found = option_problem(backend, spec_case);
        }
        return found;
    }

private:
    std::string option_problem(const std::string& backend, const spec::Case& spec_case) {
        const auto given = spec_case.options.find(backend);
        if (given == spec_case.options.end() || given->second.empty()) return "";
        const Result<engine::BackendDescription>& described = describe(backend);
        if (!described) return described.error().message;
        std::vector<std::string> known;
        for (const auto& option : described->options) known.push_back(option.name);
        std::vector<std::string> asked;
        for (const auto& [name, value] : given->second) asked.push_back(name);
        return unknown_name(fmt::format("option of {}", backend), asked, known);
    }

    const Result<engine::BackendDescription>& describe(const std::string& backend) {
        auto known = described_.find(backend);
        if (known == described_.end())
            known = described_.emplace(backend, engine::describe_backend(backend, campaign_)).first;
        return known->second;
    }

    const engine::CampaignOptions& campaign_;
    std::vector<std::string> names_;
    std::map<std::string, Result<engine::BackendDescription>> described_;
};

// Says what is wrong with a spec, or that nothing is.
bool check(const LoadedSpec& spec, Backends& backends, Console& console) {
    if (!spec.scenario) {
        console.print(report::printable_lines(spec.problems) + "\n");
        return false;
    }
    bool good = true;
    for (const spec::Case& spec_case : spec.scenario->cases) {
        const std::string problem = backends.problem(spec_case);
        if (problem.empty()) continue;
        good = false;
        console.print(fmt::format("{}:{}:{}: error: case {}: {}\n", spec.path,
                                  spec_case.position.line, spec_case.position.column, spec_case.id,
                                  problem));
    }
    if (good)
        console.print(fmt::format("{}: ok, {}\n", spec.path,
                                  report::counted(spec.scenario->cases.size(), "case")));
    return good;
}

}  // namespace

void set_up_validate(Usage& usage, Options& options) {
    add_paths(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Ends with 64 if a spec is bad, or names a backend or an option that is not there; with 4\n"
        "if there is no spec.";
    usage.examples =
        "  stagger validate\n"
        "  stagger validate specs/increment.toml";
}

int run_validate(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!specs || !campaign) {
        console.error(!specs ? specs.error().message : campaign.error().message);
        return kUsage;
    }
    if (specs->specs.empty()) {
        console.error("there is no spec: no *.toml below the given folders.");
        return kNothing;
    }
    Backends backends(*campaign);
    int code = kAsExpected;
    for (const LoadedSpec& spec : specs->specs)
        if (!check(spec, backends, console)) code = kUsage;
    return code;
}

}  // namespace stagger::cli
