// SPDX-License-Identifier: Apache-2.0
//
// The engine with everything it needs, for tests that run real processes: the worker, the backends,
// and scenarios from text. Problems of the test itself, such as a spec with a mistake, are thrown.
#pragma once

#include <cstdint>
#include <string>

#include "harness/engine/campaign.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::testing {

std::string program_path();  // of the real `stagger`
std::string worker_path();
std::string root_folder();   // of the sources
std::string test_plugins();  // folder of the broken backends

// Seed 1, the built-in and the broken backends, two replays, no files.
engine::CampaignOptions world();

spec::Scenario scenario_from(const std::string& text);
spec::Scenario scenario_at(const std::string& path_below_root);
const spec::Case& case_of(const spec::Scenario&, const std::string& id);

// The text of specs/updates/increment.toml, for variations.
std::string increment_text();

// `count` times what the environment variable STAGGER_TEST_SCALE says, so that a person can run
// many more than continuous integration does; 1 without it.
std::uint64_t scaled(std::uint64_t count);

// All symptoms, headline first, as one line; "" for none.
std::string symptoms_of(const engine::CaseResult&);

// What a failed assertion should show.
std::string describe(const engine::CaseResult&);

}  // namespace stagger::testing
