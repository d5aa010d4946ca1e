// SPDX-License-Identifier: Apache-2.0
//
// What came out of a case: the verdict, the evidence behind a pass, the finding behind a failure.
// Made by the engine, read by `report` and `cli`. Plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/check.hpp"
#include "harness/history/history.hpp"
#include "harness/schedule/schedule.hpp"
#include "harness/spec/parse.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

enum class CaseStatus : std::uint8_t { Pass, Fail, Inconclusive, Error, Skip };

struct Finding {
    check::Verdict verdict;       // of the minimised execution, headline first
    history::History history;     // of the minimised execution
    schedule::Schedule schedule;  // minimised
    std::uint64_t found_at = 0;   // number of the schedule, from 1
    std::uint32_t replayed = 0;   // times it showed again with fresh processes ...
    std::uint32_t replays = 0;    // ... of so many
    bool free_only = false;       // seen in free mode, and never in controlled mode: no schedule
    std::string schedule_path;    // where it was written
    std::string output;           // what the processes wrote to stdout and stderr
};

// How much had been seen after so many schedules.
struct Growth {
    std::uint64_t schedules = 0;
    std::uint64_t interleavings = 0;
    std::uint64_t features = 0;  // distinct features of behaviour
};

struct Evidence {
    std::uint64_t interleavings = 0;       // distinct histories
    bool interleavings_saturated = false;  // the counter's bound was reached: at least so many
    std::uint64_t contended_points = 0;    // sites at which another task was about to conflict
    bool complete = false;                 // no other interleaving is left, up to equivalence
    std::uint64_t classes = 0;             // of equivalent ones, that `exhaustive` met
    std::vector<std::string> limits;  // what `complete` does not cover, or what stood in its way
    // What of the backends is out of sight, where the case's processes share memory: no race in
    // there can be found. Sentence parts.
    std::vector<std::string> unseen;
    std::map<std::uint32_t, double> missed;  // depth -> probability that such a bug was missed
    double chance_of_new = 0;                // Good-Turing estimate for the next schedule
    std::map<std::string, std::uint64_t> outcomes;  // histogram of `observe`
    // How often each fault struck that the case declares: 0 where nothing it could strike was done.
    std::map<std::string, std::uint64_t> strikes;
    // Of a fuzzing campaign: distinct features of behaviour, and of the plugins' code where that is
    // instrumented.
    std::optional<std::uint64_t> features, code_features;
    // How it grew, at schedules ever farther apart: about a dozen points for each factor of ten.
    std::vector<Growth> growth;
};

struct CaseResult {
    std::string scenario;
    spec::Case spec_case;
    std::string regression;  // the schedule file that was replayed; "" where the case was searched
    std::string spec_path;   // of a regression: the spec that it was replayed on
    // Where the scenario and its steps stand, for reports that point there; set by who loaded it.
    std::string spec_file;
    std::vector<Position> steps;             // by site
    std::vector<spec::Diagnostic> problems;  // what is wrong with the spec, where that is known
    std::vector<spec::Diagnostic> warnings;  // what it can hardly mean
    CaseStatus status = CaseStatus::Error;
    // "ok", "inconclusive", "no-evidence", "error" or the headline symptom.
    std::string verdict;
    std::vector<std::string> symptoms;  // all that were recorded, by precedence
    std::string message;                // why it is not a plain pass, one sentence
    bool spec_error = false;            // status Error because the spec is wrong: exit 64
    std::string nearest_miss;           // where a `finds` was not found
    std::vector<std::string> plugins;   // what a replay needs as --plugin
    std::string strategy;
    std::uint64_t schedules = 0;
    double seconds = 0;
    std::optional<std::uint64_t> first_finding_at;
    Evidence evidence;
    std::vector<Finding> findings;  // the expected ones too; the headline first
};

}  // namespace stagger::engine
