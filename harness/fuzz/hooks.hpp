// SPDX-License-Identifier: Apache-2.0
//
// What a fuzzing engine finds of us by name in its process: the extra counters and the custom
// mutator. One program is fuzzed per process; whoever starts the engine sets it first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/fuzz/mutator.hpp"

namespace stagger::fuzz {

class Fuzzed {
public:
    virtual ~Fuzzed() = default;
    virtual void execute(std::span<const std::uint8_t> genome) = 0;
    virtual const Terrain& terrain() const = 0;
    // An input from elsewhere to be tried next; nothing most of the time.
    virtual std::vector<std::uint8_t> next_import() { return {}; }
};

void set_fuzzed(Fuzzed*);
// Null before it is set.
Fuzzed* fuzzed();

// Shows features of the execution under way to the engine, which clears them between executions.
void show_features(std::span<const std::uint16_t>);
// The same of features of the plugins' code, which stand behind those of behaviour.
void show_code(std::span<const std::uint16_t>);

}  // namespace stagger::fuzz
