// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/world.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "harness/spec/parse.hpp"

namespace stagger::testing {
namespace {

spec::Scenario checked(spec::ParseOutcome outcome) {
    if (outcome.scenario) return std::move(*outcome.scenario);
    std::string problems = "the test's own spec is wrong:\n";
    for (const spec::Diagnostic& diagnostic : outcome.diagnostics) {
        problems += diagnostic.render() + "\n";
    }
    throw std::invalid_argument(problems);
}

}  // namespace

std::string program_path() {
    return STAGGER_PROGRAM;
}
std::string worker_path() {
    return STAGGER_WORKER;
}
std::string root_folder() {
    return STAGGER_ROOT;
}

std::string test_plugins() {
    return STAGGER_BROKEN;
}

engine::CampaignOptions world() {
    engine::CampaignOptions options;
    options.seed = 1;
    options.worker_path = worker_path();
    options.plugin_paths = {STAGGER_PLUGINS, STAGGER_BROKEN};
    options.replays = 2;
    return options;
}

spec::Scenario scenario_from(const std::string& text) {
    return checked(spec::parse_scenario(text, "test.toml"));
}

spec::Scenario scenario_at(const std::string& path_below_root) {
    return checked(spec::load_scenario(root_folder() + "/" + path_below_root));
}

const spec::Case& case_of(const spec::Scenario& scenario, const std::string& id) {
    for (const spec::Case& spec_case : scenario.cases) {
        if (spec_case.id == id) return spec_case;
    }
    std::string known;
    for (const spec::Case& spec_case : scenario.cases) known += " " + spec_case.id;
    throw std::invalid_argument("no case " + id + " among" + known);
}

std::string increment_text() {
    std::ifstream file(root_folder() + "/specs/updates/increment.toml");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::uint64_t scaled(std::uint64_t count) {
    const char* scale = std::getenv("STAGGER_TEST_SCALE");
    if (scale == nullptr) return count;
    return static_cast<std::uint64_t>(static_cast<double>(count) * std::strtod(scale, nullptr));
}

std::string symptoms_of(const engine::CaseResult& result) {
    std::string text;
    for (const std::string& symptom : result.symptoms) {
        text += (text.empty() ? "" : " ") + symptom;
    }
    return text;
}

std::string describe(const engine::CaseResult& result) {
    return result.spec_case.id + ": " + result.verdict + " [" + symptoms_of(result) + "] " +
           result.message + " " + result.nearest_miss;
}

}  // namespace stagger::testing
