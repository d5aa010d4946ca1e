// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/cli/doctor/probe.hpp"
#include "harness/cli/embedded/embedded.hpp"
#include "harness/spec/matrix.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::cli {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

// Enough for each of these, whatever the seed: most show within ten. A fixed one, so that two runs
// of the doctor say the same.
constexpr std::uint64_t kSchedules = 300, kSeed = 1;

// A hang is one after seconds of computing: too long for a look in between.
constexpr std::string_view kTooSlow = "hang";

// Backends that are no mechanism to share something by.
bool is_mechanism(std::string_view name) {
    return name != "careless" && name != "faulty" && !name.starts_with("zoo_");
}

engine::CampaignOptions settled(const engine::CampaignOptions& campaign) {
    engine::CampaignOptions options = campaign;
    options.seed = kSeed;
    options.schedules = kSchedules;
    options.replays = 2;
    options.out_directory.clear();
    return options;
}

std::optional<spec::Scenario> scenario_of(std::string_view text, const std::string& name) {
    return spec::parse_scenario(text, name).scenario;
}

Probe on_backend(const std::string& backend, const spec::Scenario& scenario,
                 const engine::CampaignOptions& options) {
    spec::Case one = spec::case_on(scenario.defaults, backend);
    one.id = scenario.name + "/" + backend;
    // Each process has its own copy there, which is no fault of its own.
    if (backend == "private")
        one.expect.allow = {"stale-read", "never-visible", "not-linearizable"};
    const CaseResult result = engine::run_case(scenario, one, options);
    if (result.status == CaseStatus::Pass) return {backend, Health::Good, "works", "", ""};
    if (result.status == CaseStatus::Fail)
        return {backend, Health::Bad, fmt::format("{}: {}", result.verdict, result.message),
                "what should hold was accused: verdicts cannot be relied on",
                "install Stagger again; if it stays, please report it with this output"};
    return {backend, Health::Less, result.message.empty() ? result.verdict : result.message,
            "cases on it cannot be run here", ""};
}

// An example that any backend could run takes one that works.
void choose_backend(spec::Case& one, const std::set<std::string>& working) {
    const bool any = one.options.empty() && one.object_backends.empty() && one.backend == "shm";
    if (!any || working.contains(one.backend)) return;
    for (const char* other : {"manager", "socket", "pipe", "futex"})
        if (working.contains(other)) {
            one.backend = other;
            return;
        }
}

// A bug that was looked for: what came of it, on which backend, and whether that could be begun.
struct Planted {
    Probe probe;
    std::string backend;
    bool begun = true;
};

Planted planted(const std::string& symptom, const spec::Scenario& scenario,
                const std::set<std::string>& working, const engine::CampaignOptions& options) {
    spec::Case one = scenario.cases.front();
    choose_backend(one, working);
    if (is_mechanism(one.backend) && !working.contains(one.backend))
        return {{symptom, Health::Less,
                 fmt::format("not tried, since {} does not work here", one.backend), "", ""},
                one.backend};
    const CaseResult result = engine::run_case(scenario, one, options);
    if (result.status == CaseStatus::Pass)
        return {{symptom, Health::Good,
                 fmt::format("found at schedule {}", result.first_finding_at.value_or(0)), "", ""},
                one.backend};
    return {{symptom, Health::Bad,
             fmt::format("not found on {}: {}", one.backend,
                         result.message.empty() ? result.verdict : result.message),
             "Stagger has gone blind for it: that it finds nothing means nothing",
             "install Stagger again, and compile backends of your own as docs/writing-a-backend.md "
             "says"},
            one.backend,
            result.status != CaseStatus::Error || result.schedules > 0};
}

// What the machine has no room for, such as files where TMPDIR is not there, is no blindness, as
// long as the same backend shows other bugs.
std::vector<Probe> judged(std::vector<Planted> all) {
    std::set<std::string> sharp;
    for (const Planted& one : all)
        if (one.probe.health == Health::Good) sharp.insert(one.backend);
    std::vector<Probe> probes;
    for (Planted& one : all) {
        if (!one.begun && sharp.contains(one.backend)) {
            one.probe.health = Health::Less;
            one.probe.means = "this was not tried, for want of what is said here";
            one.probe.remedy.clear();
        }
        probes.push_back(std::move(one.probe));
    }
    return probes;
}

}  // namespace

SelfTest run_self_test(const engine::CampaignOptions& campaign) {
    const engine::CampaignOptions options = settled(campaign);
    SelfTest out;
    std::set<std::string> working;
    for (const EmbeddedFile& file : files_for_doctor()) {
        const auto scenario = scenario_of(file.text, std::string(file.path));
        if (!scenario) continue;
        for (const std::string& backend : engine::backend_names(options)) {
            if (!is_mechanism(backend)) continue;
            out.backends.push_back(on_backend(backend, *scenario, options));
            if (out.backends.back().health == Health::Good) working.insert(backend);
        }
    }
    if (working.empty()) {
        out.backends.push_back({"any of them", Health::Bad, "no backend works here",
                                "there is nothing to run a case on", "see what each of them says"});
        return out;
    }
    std::vector<Planted> all;
    for (const EmbeddedFile& file : files_for_explain()) {
        const std::string symptom(file.path.substr(0, file.path.find('.')));
        if (symptom == kTooSlow) continue;
        const auto scenario = scenario_of(file.text, std::string(file.path));
        if (scenario) all.push_back(planted(symptom, *scenario, working, options));
    }
    out.planted = judged(std::move(all));
    return out;
}

}  // namespace stagger::cli
