// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/debugger/standing.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include <sys/syscall.h>

#include <fmt/format.h>

namespace stagger::cli {
namespace {

constexpr int kLooks = 2000;

// proc_pid_syscall(5): the call that a thread is in, its six arguments, stack pointer and program
// counter.
struct Call {
    long number = -1;
    std::uint64_t arguments[6] = {}, stack = 0, counter = 0;
};

Call call_of(const engine::HeldTask& task) {
    std::ifstream file(fmt::format("/proc/{}/task/{}/syscall", task.pid, task.tid));
    Call call;
    if (!(file >> call.number)) return {};
    file >> std::hex;
    for (std::uint64_t& argument : call.arguments) file >> argument;
    file >> call.stack >> call.counter;
    return file ? call : Call{};
}

struct Range {
    std::uint64_t begin = 0, end = 0;
    std::string file;
};

std::vector<Range> mappings_of(pid_t process) {
    std::ifstream maps(fmt::format("/proc/{}/maps", process));
    std::vector<Range> ranges;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        Range range;
        char dash = 0;
        std::string permissions, offset, device, node;
        fields >> std::hex >> range.begin >> dash >> range.end >> permissions >> offset >> device >>
            node;
        std::getline(fields >> std::ws, range.file);
        ranges.push_back(std::move(range));
    }
    return ranges;
}

// All of the library that has this address.
Range library_around(std::uint64_t address, const std::vector<Range>& ranges) {
    const auto inside = [address](const Range& range) {
        return range.begin <= address && address < range.end;
    };
    const auto found = std::find_if(ranges.begin(), ranges.end(), inside);
    if (found == ranges.end() || found->file.empty()) return {};
    Range whole = *found;
    for (const Range& range : ranges) {
        if (range.file != whole.file) continue;
        whole.begin = std::min(whole.begin, range.begin);
        whole.end = std::max(whole.end, range.end);
    }
    return whole;
}

std::size_t threads_of(pid_t process) {
    std::error_code error;
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process), error))
        count += entry.path().empty() ? 0 : 1;
    return count;
}

}  // namespace

Result<Standing> standing_of(const engine::HeldTask& task) {
    const timespec moment{0, 1'000'000};
    for (int look = 0; look < kLooks; ++look, nanosleep(&moment, nullptr)) {
        const Call call = call_of(task);
        if (call.number != SYS_futex) continue;
        const Range agent = library_around(call.counter, mappings_of(task.pid));
        return Standing{task.pid,    call.arguments[0], call.stack,
                        agent.begin, agent.end,         threads_of(task.pid)};
    }
    return Error{
        fmt::format("/proc/{}/task/{}/syscall does not tell where the task waits, so gdb "
                    "could not let it go on",
                    task.pid, task.tid)};
}

}  // namespace stagger::cli
