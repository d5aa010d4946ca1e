// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/page.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/paths.hpp"
#include "harness/cli/signals.hpp"

namespace stagger::cli {
namespace {

std::string page_path(const Options& options) {
    return (std::filesystem::path(options.html) / "index.html").string();
}

}  // namespace

std::map<std::string, report::html::ScenarioNote> scenarios_of(const LoadedSpecs& specs) {
    std::map<std::string, report::html::ScenarioNote> notes;
    for (const LoadedSpec& spec : specs.specs)
        if (spec.scenario) notes[spec.scenario->name] = {spec.scenario->summary, spec.path};
    return notes;
}

Status check_page(const Options& options) {
    if (options.html.empty()) return Ok{};
    const Status prepared = prepare_folder(options.html);
    if (!prepared) return Error{"--html: " + prepared.error().message};
    const Status own = check_own(page_path(options), report::html::kPageMark);
    if (!own) return Error{"--html: " + own.error().message};
    return check_writable(page_path(options));
}

int write_page(PageContent content, const Session& session, const Options& options,
               Console& console) {
    if (options.html.empty()) return kAsExpected;
    report::html::Run run;
    run.command = std::move(content.command);
    run.seed = session.campaign.seed;
    run.stopped = cancelled().load();
    run.results = std::move(content.results);
    run.scenarios = std::move(content.scenarios);
    const Status written = write_file(page_path(options), report::html::render_page(run));
    if (written) {
        console.print(fmt::format("The page is {}\n", page_path(options)));
        return kAsExpected;
    }
    console.error(written.error().message);
    return kBroken;
}

}  // namespace stagger::cli
