// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/debugger/tracing.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace stagger::cli {
namespace {

// 0, or the error number.
int try_to_trace_a_child() {
    const pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    const int error = ptrace(PTRACE_SEIZE, child, nullptr, nullptr) == 0 ? 0 : errno;
    kill(child, SIGKILL);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
    return error;
}

}  // namespace

std::optional<std::string> find_gdb() {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string file = (folder.empty() ? "." : folder) + "/gdb";
        if (access(file.c_str(), X_OK) == 0) return file;
    }
    return std::nullopt;
}

std::optional<Obstacle> tracing_obstacle() {
    const int error = try_to_trace_a_child();
    if (error == 0) return std::nullopt;
    std::string scope;
    std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
    return obstacle_of(error, scope);
}

Obstacle obstacle_of(int error, std::string_view scope) {
    if (scope == "3")
        return {"the kernel lets nobody trace processes (kernel.yama.ptrace_scope is 3)",
                "that stays until the machine starts anew with another value: see /etc/sysctl.d"};
    if (scope == "2")
        return {"the kernel lets only root trace processes (kernel.yama.ptrace_scope is 2)",
                "run it as root, or, as root: sysctl kernel.yama.ptrace_scope=1"};
    return {fmt::format("ptrace(2) is refused here ({})", std::strerror(error)),
            "of a container: docker run --cap-add=SYS_PTRACE; of another sandbox, or a seccomp "
            "filter: let ptrace(2) through"};
}

}  // namespace stagger::cli
