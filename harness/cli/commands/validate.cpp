// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/formats.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/report/text.hpp"
#include "harness/spec/warnings.hpp"

namespace stagger::cli {
namespace {

// What is wrong with the cases of a spec, each thing once: many may have a mistake in common.
int check_cases(const spec::Scenario& scenario, CaseCheck& cases, engine::CaseResult& result) {
    int code = kAsExpected;
    std::set<std::string> said;
    for (const spec::Case& spec_case : scenario.cases) {
        CaseProblem problem = cases.check(scenario, spec_case);
        if (problem.text.empty()) continue;
        code = worse(code, problem.backend ? kBroken : kUsage);
        result.spec_error |= !problem.backend;
        if (!said.insert(problem.text).second) continue;
        result.message += (result.message.empty() ? "" : "\n") + problem.text;
        result.problems.push_back(std::move(problem.diagnostic));
    }
    return code;
}

// Says what is wrong with a spec, or that nothing is; the same as a result.
engine::CaseResult check(const LoadedSpec& spec, CaseCheck& cases, const Options& options,
                         Console& console, int& worst) {
    if (!spec.scenario) {
        console.print(report::printable_lines(spec.problems) + "\n");
        worst = worse(worst, kUsage);
        return bad_spec_result(spec);
    }
    const spec::Scenario& scenario = *spec.scenario;
    engine::CaseResult result;
    result.scenario = scenario.name;
    result.spec_case.id = spec.path;
    locate(result, scenario);
    int code = check_cases(scenario, cases, result);
    if (!result.message.empty()) console.print(report::printable_lines(result.message) + "\n");
    if (code != kUsage) {
        for (const spec::Warning& warning : spec::warnings_about(scenario)) {
            console.print(report::printable_lines(spec::render_warning(scenario, warning)));
            result.warnings.push_back(
                {spec.path, warning.position, warning.message, warning.hint, ""});
        }
        if (options.strict && !result.warnings.empty()) code = worse(code, kUsage);
    }
    result.status = code == kAsExpected ? engine::CaseStatus::Pass : engine::CaseStatus::Error;
    result.verdict = code == kAsExpected ? "ok" : "error";
    if (code == kAsExpected)
        console.print(
            fmt::format("{}: ok, {}\n", spec.path, report::counted(scenario.cases.size(), "case")));
    worst = worse(worst, code);
    return result;
}

}  // namespace

void set_up_validate(Usage& usage, Options& options) {
    add_paths(usage, options);
    usage.options.push_back(
        {"--strict", "", "Warnings count as errors", [&options](const std::string&) -> Status {
             options.strict = true;
             return Ok{};
         }});
    add_formats(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Says what is wrong, and warns of what can hardly be meant: objects and parameters that\n"
        "nobody uses, steps that never run, a `finds` that cannot be, locks that nobody releases.\n"
        "Ends with 64 if a spec is bad, or names a backend, an option, a value of one or a "
        "strategy\n"
        "that is not there; with 3 if a backend cannot be loaded; with 4 if there is no spec.";
    usage.examples =
        "  stagger validate\n"
        "  stagger validate --strict specs/updates/increment.toml\n"
        "  stagger validate --sarif specs.sarif";
}

int run_validate(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    const Status writable = check_output_files(options);
    if (!specs || !campaign || !writable) {
        console.error(!specs      ? specs.error().message
                      : !campaign ? campaign.error().message
                                  : writable.error().message);
        return kUsage;
    }
    CaseCheck cases(*campaign);
    int code = kAsExpected;
    if (specs->specs.empty()) {
        console.error("there is no spec: no *.toml below the given folders.");
        code = kNothing;
    }
    std::vector<engine::CaseResult> results;
    for (const LoadedSpec& spec : specs->specs)
        results.push_back(check(spec, cases, options, console, code));
    Session session;
    session.campaign = *campaign;
    session.exit_code = code;
    return worse(code, write_results(results, session, options, console));
}

}  // namespace stagger::cli
