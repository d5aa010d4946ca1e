// SPDX-License-Identifier: Apache-2.0
#include "bench/raw_handoff.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

#include "harness/agent/futex.hpp"
#include "harness/base/check.hpp"

namespace stagger::bench {
namespace {

struct alignas(64) Word {
    std::atomic<std::uint32_t> value;
};

void take(Word& word) {
    while (word.value.load(std::memory_order_acquire) == 0) agent::futex_wait(&word.value, 0);
    word.value.store(0, std::memory_order_relaxed);
}

void give(Word& word) {
    word.value.store(1, std::memory_order_release);
    agent::futex_wake(&word.value);
}

}  // namespace

double raw_switch_seconds(int rounds) {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    STAGGER_CHECK(memory != MAP_FAILED);
    auto* words = static_cast<Word*>(memory);
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < rounds; ++i) {
            take(words[1]);
            give(words[0]);
        }
        _exit(0);
    }
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
        give(words[1]);
        take(words[0]);
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    waitpid(child, nullptr, 0);
    munmap(memory, 4096);
    return spent.count() / rounds / 2;
}

}  // namespace stagger::bench
