// SPDX-License-Identifier: Apache-2.0
//
// What a fuzz target with an engine's own main is to fuzz. Such an engine owns the command line, so
// it is said by environment variables, or by files beside the program that are called like it. Read
// once, before the first input, in the engine's process.
#pragma once

#include <functional>
#include <string>

#include "harness/base/result.hpp"
#include "harness/engine/campaign.hpp"

namespace stagger::fuzz {

struct TargetSettings {
    std::string spec_path;  // STAGGER_FUZZ_SPEC, or PROGRAM.toml
    std::string case_id;    // STAGGER_FUZZ_CASE, or the first line of PROGRAM.case; a glob
    engine::CampaignOptions options;  // STAGGER_FUZZ_OUT, STAGGER_FUZZ_LIFETIME, ...
};

using Environment = std::function<const char*(const char* name)>;

// Without PROGRAM.case and STAGGER_FUZZ_CASE, case_id is "": the only case. `program` is its path.
Result<TargetSettings> target_settings(const std::string& program, const Environment&);

struct TargetCase {
    spec::Scenario scenario;
    spec::Case spec_case;
};

// The one case that is meant. Fails with the ids to choose from.
Result<TargetCase> target_case(const TargetSettings&);

}  // namespace stagger::fuzz
