// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/report/text.hpp"
#include "harness/spec/warnings.hpp"

namespace stagger::cli {
namespace {

// Says what is wrong with a spec, or that nothing is.
int check(const LoadedSpec& spec, CaseCheck& cases, bool strict, Console& console) {
    if (!spec.scenario) {
        console.print(report::printable_lines(spec.problems) + "\n");
        return kUsage;
    }
    int code = kAsExpected;
    std::set<std::string> said;  // many cases may have a mistake of the file in common
    for (const spec::Case& spec_case : spec.scenario->cases) {
        const CaseProblem problem = cases.check(*spec.scenario, spec_case);
        if (problem.text.empty()) continue;
        code = worse(code, problem.backend ? kBroken : kUsage);
        if (said.insert(problem.text).second)
            console.print(report::printable_lines(problem.text) + "\n");
    }
    if (code == kUsage) return code;
    const auto warnings = spec::warnings_about(*spec.scenario);
    for (const spec::Warning& warning : warnings)
        console.print(report::printable_lines(spec::render_warning(*spec.scenario, warning)));
    if (strict && !warnings.empty()) return worse(code, kUsage);
    if (code == kAsExpected)
        console.print(fmt::format("{}: ok, {}\n", spec.path,
                                  report::counted(spec.scenario->cases.size(), "case")));
    return code;
}

}  // namespace

void set_up_validate(Usage& usage, Options& options) {
    add_paths(usage, options);
    usage.options.push_back(
        {"--strict", "", "Warnings count as errors", [&options](const std::string&) -> Status {
             options.strict = true;
             return Ok{};
         }});
    add_surroundings(usage, options);
    usage.notes =
        "Says what is wrong, and warns of what can hardly be meant: objects and parameters that\n"
        "nobody uses, steps that never run, a `finds` that cannot be, locks that nobody releases.\n"
        "Ends with 64 if a spec is bad, or names a backend, an option, a value of one or a "
        "strategy\n"
        "that is not there; with 3 if a backend cannot be loaded; with 4 if there is no spec.";
    usage.examples =
        "  stagger validate\n"
        "  stagger validate --strict specs/updates/increment.toml";
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
    CaseCheck cases(*campaign);
    int code = kAsExpected;
    for (const LoadedSpec& spec : specs->specs)
        code = worse(code, check(spec, cases, options.strict, console));
    return code;
}

}  // namespace stagger::cli
