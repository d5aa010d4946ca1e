// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/proc_stat.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace stagger::engine {
namespace {

ThreadStat read_stat(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return {};
    // The second field is the program's name in parentheses and may hold anything.
    const std::size_t behind_name = line.rfind(')');
    if (behind_name == std::string::npos) return {};
    std::istringstream fields(line.substr(behind_name + 1));
    ThreadStat stat;
    stat.exists = true;
    fields >> stat.state;
    std::string skipped;
    for (int field = 4; field <= 13; ++field) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    stat.cpu_seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return stat;
}

}  // namespace

ThreadStat thread_stat(int pid, int tid) {
    return read_stat(fmt::format("/proc/{}/task/{}/stat", pid, tid));
}

double cpu_seconds_with_children(int pid) {
    double seconds = read_stat(fmt::format("/proc/{}/stat", pid)).cpu_seconds;
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (int child = 0; children >> child;)
        seconds += read_stat(fmt::format("/proc/{}/stat", child)).cpu_seconds;
    return seconds;
}

}  // namespace stagger::engine
