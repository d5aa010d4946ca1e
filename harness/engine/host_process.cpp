// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/host_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/process.hpp>
#include <csignal>
#include <cstring>
#include <mutex>

#include "harness/engine/proc_stat.hpp"

namespace stagger::engine {
namespace {

namespace bp = boost::process;

constexpr int kTickMs = 100;
constexpr int kCleanUpMs = 10'000;
constexpr int kCancelledMs = 500;
constexpr int kHangUpMs = 1000;
// A plugin's create or contract may compute this long, or wait this long for something outside.
constexpr double kCpuBudgetSeconds = 5;
constexpr int kIdleTicks = 200;
constexpr off_t kLongestOutput = 64 * 1024;

// Out of the way of the numbers that the child expects its descriptors at.
int move_high(int descriptor) {
    const int high = fcntl(descriptor, F_DUPFD_CLOEXEC, 64);
    close(descriptor);
    return high;
}

// The library's threads register for restartable sequences, and each switch to one that has costs
// the kernel about 4 % more. Code that wants them registers by itself where the library has not.
// https://www.gnu.org/software/libc/manual/html_node/POSIX-Thread-Tunables.html
bp::environment environment_of_tasks() {
    constexpr const char* kTunables = "GLIBC_TUNABLES";
    bp::environment environment = boost::this_process::environment();
    const std::string own = environment[kTunables].to_string();
    if (own.find("glibc.pthread.rseq=") == std::string::npos) {
        environment[kTunables] = (own.empty() ? "" : own + ":") + "glibc.pthread.rseq=0";
    }
    return environment;
}

std::string describe(const bp::child& child) {
    const int status = child.native_exit_code();
    if (WIFSIGNALED(status)) {
        return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                           strsignal(WTERMSIG(status)));
    }
    return fmt::format("exited with status {}", WEXITSTATUS(status));
}

}  // namespace

struct HostProcess::State {
    bp::child child;
    int channel = -1;
    int output = -1;
    const std::atomic<bool>* cancelled = nullptr;

    bool is_cancelled() const {
        return cancelled != nullptr && cancelled->load(std::memory_order_relaxed);
    }

    // Cleaning up runs the plugin's code, which may never come back.
    void await_end() {
        const int process = static_cast<int>(syscall(SYS_pidfd_open, child.id(), 0));
        pollfd ended{process, POLLIN, 0};
        for (int waited = kTickMs; process >= 0 && poll(&ended, 1, kTickMs) == 0;) {
            waited += kTickMs;
            if (waited < (is_cancelled() ? kCancelledMs : kCleanUpMs)) continue;
            kill(child.id(), SIGKILL);
            break;
        }
        if (process >= 0) close(process);
        std::error_code ignored;
        child.wait(ignored);
    }

    // The builder has the other end, too, and is killed when the host has died: once that end is
    // closed it makes nothing more.
    void await_hang_up() const {
        pollfd source{channel, POLLIN, 0};
        char bytes[4096];
        while (poll(&source, 1, kHangUpMs) > 0 && recv(channel, bytes, sizeof(bytes), 0) > 0)
            continue;
    }

    ~State() {
        if (channel >= 0) close(channel);  // the host takes this as its order to end
        if (child.valid()) await_end();
        if (output >= 0) close(output);
    }
};

HostProcess::HostProcess() : state_(std::make_unique<State>()) {}
HostProcess::~HostProcess() = default;
HostProcess::HostProcess(HostProcess&&) noexcept = default;
HostProcess& HostProcess::operator=(HostProcess&&) noexcept = default;

Result<HostProcess> HostProcess::start(const std::string& worker_path, int segment_descriptor) {
    HostProcess host;
    const auto cannot = [&](const std::string& why) {
        return Error{fmt::format("{} cannot be started: {}", worker_path, why)};
    };
    // Boost may leave a zombie behind where the child finds that it cannot become the worker.
    if (access(worker_path.c_str(), X_OK) != 0) return cannot(std::strerror(errno));
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return Error{fmt::format("no socket for the worker: {}", std::strerror(errno))};
    }
    host.state_->channel = move_high(ends[0]);
    const int theirs = move_high(ends[1]);
    host.state_->output = move_high(memfd_create("stagger-output", MFD_CLOEXEC));
    fcntl(host.state_->output, F_SETFL, O_APPEND);
    const int segment = move_high(dup(segment_descriptor));
    if (host.state_->channel < 0 || theirs < 0 || host.state_->output < 0 || segment < 0) {
        for (const int descriptor : {theirs, segment}) close(descriptor);
        return cannot("there are not enough file descriptors (see `ulimit -n`)");
    }
    std::error_code error;
    // Boost opens a pipe and marks it close-on-exec in two steps; a fork between them, by a thread
    // that runs another case, would keep it open.
    static std::mutex starting;
    const std::lock_guard guard(starting);
    host.state_->child = bp::child(
        bp::exe = worker_path, bp::args = {"--host"}, environment_of_tasks(), bp::std_in < bp::null,
        bp::posix::fd.bind(1, host.state_->output), bp::posix::fd.bind(2, host.state_->output),
        bp::posix::fd.bind(backend::kChannelDescriptor, theirs),
        bp::posix::fd.bind(backend::kSegmentDescriptor, segment), error);
    close(theirs);
    close(segment);
    if (error) return cannot(error.message());
    return host;
}

void HostProcess::watch(const std::atomic<bool>* cancelled) {
    state_->cancelled = cancelled;
}

std::optional<std::string> HostProcess::death() {
    std::error_code error;
    if (state_->child.running(error)) return std::nullopt;
    state_->await_hang_up();
    return describe(state_->child);
}

Result<backend::Answer> HostProcess::ask(const std::string& text, const std::string& doing) {
    const auto died = [&](const std::string& how) {
        return Error{fmt::format("while {}, the backend's process {}", doing, how)};
    };
    if (!backend::send_message(state_->channel, text)) return died(death().value_or("went away"));
    double cpu_before = -1;  // from the first tick on: an answer rarely takes that long
    int cancelled_ms = 0;
    for (int idle = 0;;) {
        pollfd source{state_->channel, POLLIN, 0};
        if (poll(&source, 1, kTickMs) > 0) {
            const auto answer = backend::receive_message(state_->channel);
            if (answer) return backend::answer_from(*answer);
            std::error_code ignored;
            state_->child.wait(ignored);
            return died(describe(state_->child));
        }
        if (cpu_before < 0) cpu_before = cpu_seconds_with_children(state_->child.id());
        const double cpu = cpu_seconds_with_children(state_->child.id()) - cpu_before;
        idle = cpu < 0.01 ? idle + 1 : 0;
        cancelled_ms += state_->is_cancelled() ? kTickMs : 0;
        const bool given_up = cancelled_ms >= kCancelledMs;
        if (cpu < kCpuBudgetSeconds && idle < kIdleTicks && !given_up) continue;
        kill(state_->child.id(), SIGKILL);
        std::error_code ignored;
        state_->child.wait(ignored);
        state_->await_hang_up();
        if (given_up) return died("was given up, since an end was asked for");
        return died(cpu >= kCpuBudgetSeconds ? "burnt its processor time without an end (hang)"
                                             : "slept without an end");
    }
}

std::string HostProcess::output() const {
    const off_t size = lseek(state_->output, 0, SEEK_END);
    if (size <= 0) return "";
    std::string text(static_cast<std::size_t>(std::min(size, kLongestOutput)), '\0');
    const ssize_t got = pread(state_->output, text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

void HostProcess::forget_output() {
    if (ftruncate(state_->output, 0) != 0) return;  // it only grows until the case ends
}

}  // namespace stagger::engine
