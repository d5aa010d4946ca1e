// SPDX-License-Identifier: Apache-2.0
//
// Where the words of a scenario stand that only others can judge: which backends there are, which
// options these have, which strategies there are. Looked up in its text by who has something to
// complain about, in the controller. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/spec/scenario.hpp"

namespace stagger::spec {

Position place_of_name(const Scenario&);
Position place_of_param(const Scenario&, const std::string& name);
// Of the file's own options of that backend.
Position place_of_options(const Scenario&, const std::string& backend);

// By the number of the step, Step::site.
std::vector<Position> places_of_steps(const Scenario&);

// Of a case of that scenario. Where the file does not say it, as in a case of the command line's,
// the place of the case itself, or none.
Position place_of_strategy(const Scenario&, const Case&);
Position place_of_backend(const Scenario&, const Case&, const std::string& backend);
Position place_of_option(const Scenario&, const Case&, const std::string& backend,
                         const std::string& option);

// Where the case says that it finds this symptom.
Position place_of_finds(const Scenario&, const Case&, const std::string& symptom);

}  // namespace stagger::spec
