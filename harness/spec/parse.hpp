// SPDX-License-Identifier: Apache-2.0
//
// From the text of a spec to a checked Scenario. Called by the controller's commands, and by the
// worker on the same text. Pure but for load_scenario, which reads one file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::spec {

// One thing wrong with a spec. `render` gives what the user sees:
//   specs/a.toml:12:9: error: a register has no operation "lode"; did you mean "load"?
//     12 |   { lode = "n" },
//        |     ^~~~
struct Diagnostic {
    std::string path;
    Position position;
    std::string message;
    std::string hint;         // what to do, "" if the message says it
    std::string source_line;  // without its line break, "" if there is none to show

    std::string render() const;
};

// Either a scenario or all that is wrong with it (at least one).
struct ParseOutcome {
    std::optional<Scenario> scenario;
    std::vector<Diagnostic> diagnostics;
};

// Limits, so that bad input costs neither time nor memory.
inline constexpr std::size_t kMaxSpecBytes = std::size_t{1} << 20;
inline constexpr std::uint32_t kMaxTasks =
    112;  // of roles; up to 128 there are servers and the parent
inline constexpr std::uint32_t kMaxObjects = 1024;  // arrays flattened
inline constexpr std::uint32_t kMaxSteps = 10'000;
inline constexpr std::uint32_t kMaxExpressions = 40'000;
inline constexpr std::uint32_t kMaxCases = 10'000;
// Every case has its own copy of what the file says: the number of cases times the size of the
// file.
inline constexpr std::size_t kMaxCaseBytes = std::size_t{8} << 20;

ParseOutcome parse_scenario(std::string_view text, std::string path);
ParseOutcome load_scenario(const std::string& path);

}  // namespace stagger::spec
