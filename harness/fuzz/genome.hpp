// SPDX-License-Identifier: Apache-2.0
//
// The genome of a fuzzing campaign: a schedule as sparse, typed bytes. Any bytes are a genome;
// short ones are nearly calm, and the empty one is the calm course itself. Entries name tasks,
// points, objects and ordinals, nothing that changes from run to run, so that a corpus outlives
// edits of the spec. Pure; used by campaigns in the controller.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "harness/control/plan.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::fuzz {

inline constexpr std::uint8_t kGenomeVersion = 1;
inline constexpr std::size_t kMaxEdits = 48;
inline constexpr std::size_t kMaxInputs = 48;
// What encode() makes at most.
inline constexpr std::size_t kMaxGenomeBytes = 1024;

// Where a case declares no faults, Fault and Timeout (which is the fault `slow`) do nothing.
enum class EditKind : std::uint8_t { Delay, Priority, Fault, Timeout };

// Something that happens when a task is about to pass its n-th point.
struct Edit {
    EditKind kind = EditKind::Delay;
    std::uint8_t task = 0;
    std::uint16_t point = 0;   // from 1; a priority at 0 is the one that the task starts with
    std::uint16_t amount = 0;  // points for which the others go first, the priority, or which fault

    friend bool operator==(const Edit&, const Edit&) = default;
};

// "This access reads what that one wrote", or comes before it: a control::Constraint by names.
struct Pairing {
    std::uint64_t key = 0;  // a name of Places, or with `numbered` the number of a key
    std::uint8_t reader = 0, writer = 0;
    std::uint16_t reader_ordinal = 0, writer_ordinal = 0;  // from 1
    bool before = false, poised = false, numbered = false;
    bool initial = false;  // there is no writer: it reads the initial value

    friend bool operator==(const Pairing&, const Pairing&) = default;
};

// What a task's n-th any() gives: its least, and so much more, modulo the range.
struct Input {
    std::uint8_t task = 0;
    std::uint16_t number = 0;  // from 1
    std::uint64_t offset = 0;

    friend bool operator==(const Input&, const Input&) = default;
};

struct Genome {
    std::vector<Edit> edits;
    std::vector<Pairing> pairings;
    std::vector<Input> inputs;

    friend bool operator==(const Genome&, const Genome&) = default;
};

// What is too much or cut short is left out; another version is calm.
Genome decode(std::span<const std::uint8_t>);
std::vector<std::uint8_t> encode(const Genome&);

// What a case has that genomes name.
struct Places {
    std::uint32_t tasks = 0;
    std::vector<std::uint64_t> objects;  // by object: the hash of its name
    std::vector<control::Key> keys;      // those that tasks meet in on the calm course
    engine::FaultTable faults;

    // The name of a key: of an object's, one that outlives edits of the spec.
    std::uint64_t name_of(control::Key) const;
};
std::uint64_t name_of_object(std::string_view name);

// Fills in a plan that follows the genome. The calm genome gives the calm plan.
void plan_genome(const Genome&, const Places&, control::Plan&);

}  // namespace stagger::fuzz
