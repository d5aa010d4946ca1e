// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/hooks.hpp"

#include <algorithm>
#include <cstring>

#include "harness/engine/coverage.hpp"

namespace stagger::fuzz {
namespace {

Fuzzed* current = nullptr;

// libFuzzer looks for sections of this name.
__attribute__((section("__libfuzzer_extra_counters"), used))
std::uint8_t counters[engine::kFeatures + control::kCodeFeatures];

std::size_t deliver(const std::vector<std::uint8_t>& bytes, std::uint8_t* out, std::size_t most) {
    const std::size_t size = std::min(bytes.size(), most);
    std::memcpy(out, bytes.data(), size);
    return size;
}

}  // namespace

void set_fuzzed(Fuzzed* program) {
    current = program;
}

Fuzzed* fuzzed() {
    return current;
}

void show_features(std::span<const std::uint16_t> features) {
    for (const std::uint16_t feature : features) counters[feature] = 1;
}

void show_code(std::span<const std::uint16_t> features) {
    for (const std::uint16_t feature : features) counters[engine::kFeatures + feature] = 1;
}

}  // namespace stagger::fuzz

extern "C" {

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
    using namespace stagger::fuzz;
    if (fuzzed() == nullptr) return size;
    const std::vector<std::uint8_t> import = fuzzed()->next_import();
    if (!import.empty()) return deliver(import, data, most);
    Genome genome = decode({data, size});
    Draws draws(seed);
    mutate(genome, fuzzed()->terrain(), draws);
    return deliver(encode(genome), data, most);
}

// Crossing alone often gives what was there before.
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                      const std::uint8_t* second, std::size_t second_size,
                                      std::uint8_t* out, std::size_t most, unsigned seed) {
    using namespace stagger::fuzz;
    Draws draws(seed);
    Genome genome = cross(decode({first, first_size}), decode({second, second_size}), draws);
    if (fuzzed() != nullptr) mutate(genome, fuzzed()->terrain(), draws);
    return deliver(encode(genome), out, most);
}
}
