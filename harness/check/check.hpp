// SPDX-License-Identifier: Apache-2.0
//
// The oracles' front door: a pure function from a history to a verdict. Called by the engine in the
// controller after each new history, and on histories from files. Knows no engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/history.hpp"

namespace stagger::check {

// Symptoms, the most specific first: the order is the precedence of the headline (symptom.cpp).
enum class Symptom : std::uint8_t {
    LostUpdate,
    StaleRead,
    NeverVisible,
    TornValue,
    LostMessage,
    DuplicateMessage,
    ReorderedMessage,
    InventedMessage,
    MutualExclusion,
    LostWakeup,
    StuckAfterCrash,
    DataRace,
    Deadlock,
    Livelock,
    Hang,
    Leak,
    Crash,
    UnexpectedError,
    NotSerializable,
    NotLinearizable,
    ForbiddenOutcome,
    Assertion,
    FinalState,
};

std::string_view name(Symptom);         // "lost-update"
std::string_view explanation(Symptom);  // one sentence for a person who never heard of it
std::optional<Symptom> symptom(std::string_view name);
std::vector<std::string> symptom_names();  // in order of precedence

struct Violation {
    Symptom symptom = Symptom::NotLinearizable;
    std::string object;                // "" if it is about none
    std::string message;               // one sentence with the values involved
    std::vector<std::uint32_t> calls;  // the critical ones: indices into History::calls
};

// An expectation evaluated outside (it needs Lua): what it says and whether it held.
struct FinalResult {
    std::string text;
    bool holds = true;
    std::string values;  // "n = 101"
};

enum class OutcomeClass : std::uint8_t { Acceptable, Interesting, Forbidden };

// What the case expects, besides what every scenario expects.
struct Expectations {
    std::map<std::string, double> visible;  // object -> seconds
    std::vector<Symptom> allow;
    bool judge_linearizability = true;  // false with `outcomes`
};

// What this execution's `final` and `observe` came to; see engine/final_state.
struct Observations {
    std::vector<FinalResult> finals;
    std::optional<std::string> outcome;  // "0,1"
    std::string seen;                    // what it is made of: "p.r = 0, q.r = 1"
    OutcomeClass outcome_class = OutcomeClass::Acceptable;
};

struct Limits {
    std::size_t memory_bytes = std::size_t{64} << 20;
    std::chrono::milliseconds time{2000};
};

struct Verdict {
    std::vector<Violation> violations;      // by precedence, at most one per symptom and object
    std::vector<std::string> inconclusive;  // why something could not be judged
    bool visible_bound_reached = false;     // some read was late enough for a `visible` bound
    // Objects used by at least two tasks; sites whose call conflicted with another task's.
    std::uint32_t common_objects = 0;
    std::vector<std::uint32_t> contended_sites;

    bool ok() const { return violations.empty() && inconclusive.empty(); }
};

Verdict judge(const history::History&, const Expectations&, const Observations&, const Limits&);

// The table behind `stagger list oracles`.
struct OracleInfo {
    std::string_view name;
    std::string_view summary;
};
std::vector<OracleInfo> oracles();
// The sequential models that linearizability is judged by, one per object type.
std::vector<OracleInfo> models();

}  // namespace stagger::check
