// SPDX-License-Identifier: Apache-2.0
//
// Random bytes for plugin code: the same in every run of a schedule, since they depend on the task
// and its place only; different for each task and place. Runs in the task that calls. getrandom(2).
#include <sys/random.h>
#include <unistd.h>

#include <cstdlib>

#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

// Counts the draws between two points.
struct Place {
    std::uint64_t generation;
    std::uint32_t point;
    std::uint32_t draws;
};
constinit thread_local Place place __attribute__((tls_model("initial-exec"))) = {};

std::uint64_t draw_word() {
    const control::TaskSlot& slot = self.slot();
    const std::uint64_t generation = self.execution().generation;
    if (place.generation != generation || place.point != slot.point) {
        place = {generation, slot.point, 0};
    }
    const std::uint64_t where = (std::uint64_t{slot.point} << 32) + place.draws++;
    return control::mix(where, self.index);
}

void fill(void* buffer, std::size_t size) {
    auto* bytes = static_cast<unsigned char*>(buffer);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i) {
        word = i % sizeof(word) == 0 ? draw_word() : word >> 8;
        bytes[i] = static_cast<unsigned char>(word);
    }
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED ssize_t getrandom(void* buffer, std::size_t size, unsigned flags) {
    STAGGER_REAL(getrandom);
    if (!controlled()) return real(buffer, size, flags);
    fill(buffer, size);
    return static_cast<ssize_t>(size);
}

STAGGER_INTERCEPTED int getentropy(void* buffer, std::size_t size) {
    STAGGER_REAL(getentropy);
    if (!controlled() || size > 256) return real(buffer, size);
    fill(buffer, size);
    return 0;
}

STAGGER_INTERCEPTED std::uint32_t arc4random() noexcept {
    if (!controlled()) {
        STAGGER_REAL(arc4random);
        return real();
    }
    return static_cast<std::uint32_t>(draw_word());
}

STAGGER_INTERCEPTED void arc4random_buf(void* buffer, std::size_t size) noexcept {
    if (!controlled()) {
        STAGGER_REAL(arc4random_buf);
        return real(buffer, size);
    }
    fill(buffer, size);
}

STAGGER_INTERCEPTED std::uint32_t arc4random_uniform(std::uint32_t bound) noexcept {
    if (!controlled()) {
        STAGGER_REAL(arc4random_uniform);
        return real(bound);
    }
    return bound == 0 ? 0 : static_cast<std::uint32_t>(draw_word() % bound);
}
