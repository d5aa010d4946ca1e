// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/case_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/cli/campaign/specs.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/places.hpp"

namespace stagger::cli {
namespace {

using engine::BackendDescription;

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string did_you_mean(const std::string& wrong, const std::vector<std::string>& names) {
    const std::string near = spec::nearest_name(wrong, names);
    return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
}

template <typename Key, typename Inner>
const Inner* lookup(const std::map<Key, Inner>& in, const Key& key) {
    const auto found = in.find(key);
    return found == in.end() ? nullptr : &found->second;
}

// "none|mutex|robust", or "" where anything goes.
std::vector<std::string> allowed_values(const std::string& values) {
    std::vector<std::string> out;
    for (std::size_t at = 0; !values.empty() && at <= values.size();) {
        const std::size_t end = std::min(values.find('|', at), values.size());
        out.push_back(values.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

struct OptionProblem {
    std::string message, hint;
};

OptionProblem check_option(const std::string& backend, const BackendDescription& described,
                           const std::string& name, const std::string& value) {
    std::vector<std::string> known;
    for (const auto& option : described.options) {
        known.push_back(option.name);
        if (option.name != name) continue;
        const auto values = allowed_values(option.values);
        if (values.empty() || contains(values, value)) return {};
        return {fmt::format("the option \"{}\" of {} cannot be \"{}\"{}", name, backend, value,
                            did_you_mean(value, values)),
                fmt::format("one of {}", fmt::join(values, ", "))};
    }
    return {
        fmt::format("{} has no option \"{}\"{}", backend, name, did_you_mean(name, known)),
        known.empty() ? "it has none at all" : fmt::format("it has {}", fmt::join(known, ", "))};
}

// The first step whose operation the object's backend does not have, though it has the type.
const spec::Step* lacking_step(const std::vector<spec::Step>& steps, const spec::Scenario& scenario,
                               const spec::Case& one, const BackendDescription& backend,
                               const std::string& name) {
    for (const spec::Step& step : steps) {
        for (const auto* inner : {&step.body, &step.otherwise})
            if (const auto* found = lacking_step(*inner, scenario, one, backend, name))
                return found;
        if (step.kind != spec::StepKind::Operation) continue;
        const spec::Object& object = scenario.objects[step.object.object];
        const auto* has = lookup(backend.operations, std::string(stagger::name(object.type)));
        if (has && spec::backend_of(one, object.name) == name &&
            !contains(*has, info(step.operation).key))
            return &step;
    }
    return nullptr;
}

}  // namespace

CaseCheck::CaseCheck(const engine::CampaignOptions& campaign)
    : campaign_(campaign), backends_(engine::backend_names(campaign)) {
    for (const engine::StrategyInfo& strategy : engine::strategies())
        strategies_.emplace_back(strategy.name);
}

CaseProblem CaseCheck::check(const spec::Scenario& scenario, const spec::Case& one) {
    const Found found = find(scenario, one);
    if (found.message.empty()) return {};
    const std::string_view line =
        found.backend ? "" : line_at(scenario.source, found.position.line);
    spec::Diagnostic diagnostic{scenario.path, found.position, found.message, found.hint,
                                std::string(line)};
    std::string text = diagnostic.render();
    text.pop_back();  // its last line break
    return {std::move(text), found.backend, std::move(diagnostic)};
}

CaseCheck::Found CaseCheck::find(const spec::Scenario& scenario, const spec::Case& one) {
    Found found = unknown_strategy(scenario, one);
    for (const std::string& backend : spec::backends_of(one)) {
        if (!found.message.empty()) return found;
        found = contains(backends_, backend) ? find_on(backend, scenario, one)
                                             : unknown_backend(backend, scenario, one);
    }
    return found;
}

CaseCheck::Found CaseCheck::unknown_strategy(const spec::Scenario& scenario,
                                             const spec::Case& one) const {
    if (!one.explore.strategy || contains(strategies_, *one.explore.strategy)) return {};
    const std::string& name = *one.explore.strategy;
    return {place_of_strategy(scenario, one),
            fmt::format("there is no strategy \"{}\"{}", name, did_you_mean(name, strategies_)),
            fmt::format("one of {}", fmt::join(strategies_, ", "))};
}

CaseCheck::Found CaseCheck::unknown_backend(const std::string& backend,
                                            const spec::Scenario& scenario,
                                            const spec::Case& one) const {
    // Those of the zoo are many, and for its own scenarios.
    std::vector<std::string> offered = backends_;
    std::erase_if(offered, [](const std::string& name) { return name.starts_with("zoo_"); });
    return {
        place_of_backend(scenario, one, backend),
        fmt::format("there is no backend \"{}\"{}", backend, did_you_mean(backend, backends_)),
        fmt::format("there are {}; --plugin adds a folder to look in", fmt::join(offered, ", "))};
}

CaseCheck::Found CaseCheck::find_on(const std::string& backend, const spec::Scenario& scenario,
                                    const spec::Case& one) {
    const Result<BackendDescription>& described = describe(backend);
    if (!described) return {one.position, described.error().message, "", true};
    if (const auto* given = lookup(one.options, backend)) {
        for (const auto& [name, value] : *given) {
            OptionProblem problem = check_option(backend, *described, name, value);
            if (problem.message.empty()) continue;
            return {place_of_option(scenario, one, backend, name), std::move(problem.message),
                    std::move(problem.hint)};
        }
    }
    for (const spec::Role& role : scenario.roles) {
        const spec::Step* step = lacking_step(role.steps, scenario, one, *described, backend);
        if (!step) continue;
        const spec::Object& object = scenario.objects[step->object.object];
        const std::string type(name(object.type));
        return {step->position,
                fmt::format("{} of {} has no operation \"{}\"", type, backend,
                            info(step->operation).key),
                fmt::format("it has {}", fmt::join(described->operations.at(type), ", "))};
    }
    return {};
}

const Result<BackendDescription>& CaseCheck::describe(const std::string& backend) {
    auto known = described_.find(backend);
    if (known == described_.end())
        known = described_.emplace(backend, engine::describe_backend(backend, campaign_)).first;
    return known->second;
}

void settle_mistaken(std::vector<Job>& jobs, const engine::CampaignOptions& campaign) {
    CaseCheck check(campaign);
    for (Job& job : jobs) {
        if (job.settled) continue;
        CaseProblem problem = check.check(*job.scenario, job.spec_case);
        if (problem.text.empty() || problem.backend) continue;
        engine::CaseResult result;
        result.scenario = job.scenario->name;
        result.spec_case = job.spec_case;
        result.status = engine::CaseStatus::Error;
        result.verdict = "error";
        result.spec_error = true;
        result.message = std::move(problem.text);
        result.problems.push_back(std::move(problem.diagnostic));
        locate(result, *job.scenario);
        job.settled = std::move(result);
    }
}

}  // namespace stagger::cli
