// SPDX-License-Identifier: Apache-2.0
//
// Folders that campaigns left behind, on this machine and others: joined, and told. Inputs and
// schedules are looked for at any depth; a folder of findings and a corpus are treated alike.
// Called by `stagger corpus`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::fuzz {

struct Merged {
    std::uint64_t inputs = 0, findings = 0;  // that the destination did not have
};

// Copies what `to` does not have, under the same names, each file whole or not at all. What a
// campaign has named is the same where the name is; other schedules of one name are told apart.
Result<Merged> merge(const std::vector<std::string>& from, const std::string& to);

struct StoredFinding {
    std::string path;
    std::string case_id;
    std::vector<std::string> symptoms;   // the headline first
    std::vector<std::string> decisions;  // "worker[0] at `store n`, for worker[1]"
    std::string problem;                 // why the file cannot be read, "" if it can
};

struct Holdings {
    std::vector<StoredFinding> findings;  // sorted by path; of a campaign's, by name the first
    std::uint64_t inputs = 0;             // distinct ones
};

Result<Holdings> survey(const std::string& folder);

}  // namespace stagger::fuzz
