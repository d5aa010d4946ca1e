// SPDX-License-Identifier: Apache-2.0
//
// Makes new genomes from old ones, one typed change at a time: an edit more, less, or moved; a
// pair of accesses that should meet. Aims where tasks meet. Deterministic; used by campaigns in the
// controller, between executions.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/engine/strategy/knowledge.hpp"
#include "harness/fuzz/genome.hpp"

namespace stagger::fuzz {

// What a campaign has seen of its case so far.
struct Terrain {
    Places places;
    std::vector<std::uint32_t> most_points;  // by task: in any execution
    struct Point {
        std::uint8_t task;
        std::uint16_t point;
    };
    std::vector<Point> meetings;  // of the last execution: before events on keys that tasks share
    std::vector<control::Draw> draws;  // of the last execution: what any() gave
    const engine::Knowledge* knowledge = nullptr;
};

class Draws {
public:
    explicit Draws(std::uint64_t seed) : state_(seed) {}
    // Uniform in [0, bound). Requires: bound > 0.
    std::uint64_t below(std::uint64_t bound) { return control::mix(++state_, 0) % bound; }
    bool one_in(std::uint64_t times) { return below(times) == 0; }

private:
    std::uint64_t state_;
};

// Changes one thing, or a few.
void mutate(Genome&, const Terrain&, Draws&);
// Something of both.
Genome cross(const Genome&, const Genome&, Draws&);

}  // namespace stagger::fuzz
