// SPDX-License-Identifier: Apache-2.0
//
// What a run came to, as the formats for programs get it, and where in a spec something is told:
// what those have in common that point at lines. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"
#include "harness/report/formats/json.hpp"

namespace stagger::report {

// Whose files are named by paths from the top of a project.
struct Folders {
    std::string working;  // absolute; relative paths are from here
    std::string root;     // absolute; "" if there is no project that is known
};

struct Results {
    std::uint64_t seed = 1;
    const std::vector<engine::CaseResult>& cases;
    const Figures& figures;
    Folders folders;
    int exit_code = 0;
};

// From the root where the file is below it; else as it is.
std::string path_from_root(const std::string& path, const Folders&);

// The step that shows the finding best: its first critical operation, who waits or what died; else
// the case.
Position place_of(const engine::CaseResult&, const engine::Finding&);

// The step of that operation; nowhere if it has none.
Position place_of(const engine::CaseResult&, const history::Call&);

// "lost-update in increment/shm"; of a result without a finding its status.
std::string heading(const engine::CaseResult&);

}  // namespace stagger::report
