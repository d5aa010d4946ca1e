// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/core_lease.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>
#include <vector>

namespace stagger::engine {
namespace {

// What the process may use, as it was when Stagger started.
const cpu_set_t& allowed_cores() {
    static const cpu_set_t set = [] {
        cpu_set_t all;
        CPU_ZERO(&all);
        sched_getaffinity(0, sizeof(all), &all);
        return all;
    }();
    return set;
}

std::vector<int> core_numbers() {
    std::vector<int> numbers;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &allowed_cores())) numbers.push_back(core);
    }
    return numbers;
}

void bind_to(int core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

// Folders that every core has; each stands for one more case on that core. A case takes the first
// that is free on any core, so that they spread evenly where there are more of them than cores.
constexpr std::array<std::string_view, 3> kPlaces{"", "/topology", "/cache"};

// The lock, or -1 if another case has that place of that core.
int try_lock(int core, std::string_view place) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}{}", core, place);
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
    close(descriptor);
    return -1;
}

}  // namespace

CoreLease::CoreLease(bool all_cores) {
    if (all_cores) return;
    const std::vector<int> cores = core_numbers();
    if (cores.empty()) return;
    for (const std::string_view place : kPlaces) {
        for (auto core = cores.rbegin(); core != cores.rend(); ++core) {
            lock_ = try_lock(*core, place);
            if (lock_ < 0) continue;
            bind_to(*core);
            return;
        }
    }
    static std::atomic<unsigned> next{0};
    bind_to(cores[next++ % cores.size()]);
}

CoreLease::~CoreLease() {
    if (lock_ >= 0) close(lock_);
    sched_setaffinity(0, sizeof(cpu_set_t), &allowed_cores());
}

}  // namespace stagger::engine
