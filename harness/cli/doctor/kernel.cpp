// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <functional>
#include <string_view>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/debugger/tracing.hpp"
#include "harness/cli/doctor/probe.hpp"

namespace stagger::cli {
namespace {

constexpr int kWakeUps = 200;

std::string why(int error) {
    return std::strerror(error);
}

// What `body` gives, 0 or an errno, in a process of its own; EPERM if that was killed for it.
int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    if (child < 0) return errno;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

Probe kernel_version() {
    utsname name{};
    uname(&name);
    Probe probe{"kernel", Health::Good,
                fmt::format("{} {} on {}", name.sysname, name.release, name.machine), "", ""};
    if (std::string_view(name.machine) == "x86_64") return probe;
    probe.health = Health::Less;
    probe.means = "Stagger is built and tested on x86_64 only";
    return probe;
}

// A task that sleeps in a pipe, and what its /proc stat says.
class Sleeper {
public:
    Sleeper() {
        if (pipe2(there_, O_CLOEXEC) != 0 || pipe2(back_, O_CLOEXEC) != 0) return;
        child_ = fork();
        if (child_ == 0) answer();
        stat_ = open(fmt::format("/proc/{}/stat", child_).c_str(), O_RDONLY | O_CLOEXEC);
    }
    ~Sleeper() {
        for (const int end : {there_[0], there_[1], back_[0], back_[1], stat_})
            if (end >= 0) close(end);
        if (child_ > 0) waitpid(child_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    bool seen() const { return child_ > 0 && state() != '?'; }
    // Whether it still seemed asleep after the call that woke it had returned. It may have done all
    // that it had to do by then, and sleep again: then its answer is there.
    bool late_wake_up() const {
        while (state() != 'S' && state() != '?') sched_yield();
        char byte = 'x';
        if (write(there_[1], &byte, 1) != 1) return true;
        int answered = 0;
        const bool late =
            state() == 'S' && ioctl(back_[0], FIONREAD, &answered) == 0 && answered == 0;
        return read(back_[0], &byte, 1) != 1 || late;
    }

private:
    [[noreturn]] void answer() const {
        char byte = 0;
        close(there_[1]);
        while (read(there_[0], &byte, 1) == 1 && write(back_[1], &byte, 1) == 1) {
        }
        _exit(0);
    }
    char state() const {
        char text[256] = {};
        const ssize_t size = pread(stat_, text, sizeof text - 1, 0);
        const char* end = size > 0 ? std::strrchr(text, ')') : nullptr;
        return end == nullptr ? '?' : end[2];
    }

    int there_[2] = {-1, -1}, back_[2] = {-1, -1};
    int stat_ = -1;
    pid_t child_ = -1;
};

Probe proc_stat() {
    Probe probe{"/proc", Health::Good, "", "", ""};
    const Sleeper sleeper;
    if (!sleeper.seen()) {
        probe.health = Health::Bad;
        probe.found = "the stat of a child cannot be read there";
        probe.means = "Stagger cannot tell who sleeps, and runs nothing";
        probe.remedy = "mount it: mount -t proc proc /proc";
        return probe;
    }
    int late = 0;
    for (int i = 0; i < kWakeUps; ++i) late += sleeper.late_wake_up() ? 1 : 0;
    probe.found = fmt::format("{} wake-ups watched, {} late", kWakeUps, late);
    if (late == 0) return probe;
    probe.health = Health::Less;
    probe.means = "calls that wake others may return before that shows: replays may differ";
    probe.remedy = "use a kernel of Linux itself: sandboxes such as gVisor emulate /proc";
    return probe;
}

// Tried in the child of a child, so that this process stays nobody's new parent.
int try_subreaper() {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return errno;
    const pid_t child = fork();
    if (child == 0) _exit(0);
    siginfo_t info{};
    if (child < 0 || waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) != 0)
        return errno;
    return waitpid(child, nullptr, 0) == child ? 0 : errno;
}

int try_seccomp() {
    sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{1, allow};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

int try_memory() {
    const int memory = memfd_create("stagger-doctor", MFD_CLOEXEC);
    if (memory < 0) return errno;
    if (ftruncate(memory, 4096) != 0) return errno;
    const void* const mapped = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    return mapped == MAP_FAILED ? errno : 0;
}

int try_futex() {
    int word = 1;
    const long woken = syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    return woken >= 0 ? 0 : errno;
}

struct Trial {
    const char* name;
    int (*run)();
    Health without;
    const char *means, *remedy;
};

constexpr Trial kTrials[] = {
    {"shared memory without a name", try_memory, Health::Bad, "nothing can run",
     "memfd_create needs Linux 3.17 or later, and a sandbox that lets it through"},
    {"futexes", try_futex, Health::Bad, "nothing can run", "a sandbox must let futex(2) through"},
    {"watching over children", try_subreaper, Health::Bad, "nothing can run",
     "a sandbox must let prctl(PR_SET_CHILD_SUBREAPER) and waitid(2) through"},
    {"seccomp filters", try_seccomp, Health::Less,
     "cases with the option libc = \"real\" cannot run; all others can",
     "a container runtime lets them through unless its profile says otherwise"},
};

Probe tracing() {
    const std::optional<Obstacle> obstacle = tracing_obstacle();
    if (!obstacle) return {"ptrace", Health::Good, "works", "", ""};
    return {"ptrace", Health::Less, obstacle->why,
            "debuggers cannot look into processes, nor `replay --gdb`; all else works",
            obstacle->remedy};
}

}  // namespace

std::vector<Probe> probe_kernel() {
    std::vector<Probe> probes{kernel_version(), proc_stat()};
    for (const Trial& trial : kTrials) {
        const int error = in_child(trial.run);
        if (error == 0)
            probes.push_back({trial.name, Health::Good, "works", "", ""});
        else
            probes.push_back({trial.name, trial.without, why(error), trial.means, trial.remedy});
    }
    probes.push_back(tracing());
    return probes;
}

}  // namespace stagger::cli
