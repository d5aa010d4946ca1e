// SPDX-License-Identifier: Apache-2.0
//
// The planners: the half of a strategy that runs in the controller, between executions. Each fills
// in a control::Plan; the decider that follows it is in control/deciders. What a plan says depends
// on the execution's number, the seed, and what executions before it showed: the same campaign
// plans the same. Adding a strategy: one file, one row in strategy.cpp, and a decider if none fits.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/engine/strategy/knowledge.hpp"

namespace stagger::engine {

// The faults of a case, by task; see strikes.hpp.
struct FaultTable {
    std::uint32_t kinds = 0;  // one bit each
    std::array<control::TaskMask, kFaultKinds> victims{};
    std::uint32_t max = 1;
};

// What a planner may look at.
struct Planning {
    std::uint64_t index = 0;                 // of the execution among the planner's own, from 0
    std::uint64_t seed = 0;                  // of the campaign
    std::uint32_t depth = 3;                 // most change points and delays, plus one
    std::uint64_t left = ~std::uint64_t{0};  // executions that the campaign may still make
    const Knowledge* knowledge = nullptr;
    const FaultTable* faults = nullptr;  // of the case
    bool whole_budget = false;  // executions are wanted, not an early proof that all is well
    // An oracle compares operations on different objects: `as_one`, `visible`.
    bool compares_objects = false;

    // A number for this execution, independent of the others.
    std::uint64_t random(std::uint64_t salt) const;
    // Uniform in [0, bound). Requires: bound > 0.
    std::uint64_t draw(std::uint64_t salt, std::uint64_t bound) const {
        return random(salt) % bound;
    }
};

// What the execution led to that was planned last.
struct Outcome {
    const control::Segment& segment;
    std::uint32_t new_features = 0;  // behaviour that no execution before it showed
};

// What a planner can say of a pass.
struct Claims {
    bool complete = false;            // there is no other interleaving, up to equivalence
    std::uint64_t classes = 0;        // of equivalent interleavings, if complete
    std::vector<std::string> limits;  // that completeness has
    std::map<std::uint32_t, std::uint64_t> pct_runs;  // depth -> executions with its odds
};

class Planner {
public:
    virtual ~Planner() = default;
    virtual void plan(const Planning&, control::Plan&) = 0;
    virtual void learn(const Outcome&) {}
    virtual bool finished() const { return false; }  // nothing is left to be planned
    // It says itself which faults strike in what it planned last.
    virtual bool plans_faults() const { return false; }
    // It knows of something that no execution has shown, and the next plan is made to show it.
    virtual bool has_aims() const { return false; }
    // Adds to another's plan what would show something new, if it knows of any.
    virtual void add_aim(const Planning&, control::Plan&) {}
    // The share of all its plans that was made, as far as can be told, in [0, 1].
    virtual double progress() const { return 0; }
    virtual void claim(Claims&) const {}
};

std::unique_ptr<Planner> make_random();
std::unique_ptr<Planner> make_pct();
std::unique_ptr<Planner> make_delay();
std::unique_ptr<Planner> make_pos();
std::unique_ptr<Planner> make_surw();
std::unique_ptr<Planner> make_constraint();
std::unique_ptr<Planner> make_exhaustive();
std::unique_ptr<Planner> make_exhaustive_unbounded();  // without its bounded rounds
std::unique_ptr<Planner> make_portfolio();
std::unique_ptr<Planner> make_real_delays();  // of free mode

// A plan that deviates nowhere, and that all others begin from.
void plan_calm(control::Plan&);
// The same, with decisions only where tasks meet.
void plan_filtered(const Planning&, control::StrategyKind, control::Plan&);
// Priorities in random order, all above those that a task falls to.
void shuffle_priorities(const Planning&, control::Plan&);
// A fault, as a decision that was taken.
void plan_strike(const control::Decision&, control::Plan&);
// any() gives what those of these decisions say that are inputs.
void plan_inputs(const std::vector<control::Decision>&, control::Plan&);
// Follows these decisions.
void plan_replay(const std::vector<control::Decision>&, control::Plan&);

struct Strategy {
    std::string_view name;
    std::string_view summary;
    std::unique_ptr<Planner> (*make)();  // null for `replay`, which needs a schedule
};

const std::vector<Strategy>& all_strategies();
// Null if there is none of that name that explores.
std::unique_ptr<Planner> make_planner(std::string_view name);

}  // namespace stagger::engine
