// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ostream>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stagger::testing {
namespace {

constexpr int kCannotStart = 127;

struct Pipe {
    int read_end = -1, write_end = -1;

    Pipe() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
        read_end = ends[0];
        write_end = ends[1];
    }
    ~Pipe() {
        close_read();
        close_write();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_read() { close_end(read_end); }
    void close_write() { close_end(write_end); }

private:
    static void close_end(int& end) {
        if (end >= 0) close(end);
        end = -1;
    }
};

struct Streams {
    int in, out, err;
};

// In the child of a fork.
[[noreturn]] void become(const Command& command, Streams streams) {
    if (command.columns > 0) {
        setsid();
        ioctl(streams.out, TIOCSCTTY, 0);
    } else {
        setpgid(0, 0);
    }
    dup2(streams.in, STDIN_FILENO);
    dup2(streams.out, STDOUT_FILENO);
    dup2(streams.err, STDERR_FILENO);
    // Whoever runs the tests under nohup has them ignored, and stagger would respect that.
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    for (const auto& [name, value] : command.environment) setenv(name.c_str(), value.c_str(), 1);
    if (!command.folder.empty() && chdir(command.folder.c_str()) != 0) _exit(kCannotStart);
    std::vector<char*> words;
    for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(kCannotStart);
}

// Takes what is there; false at the end of the stream.
bool drain(int descriptor, std::string& text) {
    std::array<char, 65536> buffer;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
}

// Reads both streams to their ends, or until the watchdog.
void capture(const Command& command, pid_t child, int out, int err, Outcome& outcome) {
    const auto deadline = std::chrono::steady_clock::now() + command.watchdog;
    std::array<pollfd, 2> streams{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            outcome.timed_out = true;
            kill(-child, SIGKILL);
            return;
        }
        if (poll(streams.data(), streams.size(), static_cast<int>(left.count())) <= 0) continue;
        if (streams[0].revents != 0 && !drain(out, outcome.out)) streams[0].fd = -1;
        if (streams[1].revents == 0) continue;
        if (!drain(err, outcome.err)) streams[1].fd = -1;
        const int signal = command.react ? command.react(outcome.err) : 0;
        if (signal != 0) kill(child, signal);
    }
}

Ending ending_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) return Exited{WEXITSTATUS(status)};
    return Killed{WTERMSIG(status)};
}

Outcome run_on_terminal(const Command& command) {
    int ours = -1;
    int theirs = -1;
    const winsize size{24, command.columns, 0, 0};
    if (openpty(&ours, &theirs, nullptr, nullptr, &size) != 0) std::abort();
    fcntl(ours, F_SETFD, FD_CLOEXEC);
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child == 0) become(command, {theirs, theirs, theirs});
    close(theirs);
    if (!command.input.empty() && write(ours, command.input.data(), command.input.size()) < 0)
        std::abort();
    Outcome outcome;
    capture(command, child, ours, -1, outcome);
    outcome.ending = ending_of(child);
    close(ours);
    return outcome;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Exited& it) {
    return out << "exit " << it.code;
}

std::ostream& operator<<(std::ostream& out, const Killed& it) {
    return out << "killed by signal " << it.signal;
}

Outcome run_command(const Command& command) {
    if (command.columns > 0) return run_on_terminal(command);
    Pipe in;
    Pipe out;
    Pipe err;
    if (command.close_stdout) out.close_read();
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child == 0) become(command, {in.read_end, out.write_end, err.write_end});
    setpgid(child, child);
    in.close_read();
    out.close_write();
    err.close_write();
    if (!command.input.empty() &&
        write(in.write_end, command.input.data(), command.input.size()) < 0)
        std::abort();
    in.close_write();
    Outcome outcome;
    capture(command, child, out.read_end, err.read_end, outcome);
    outcome.ending = ending_of(child);
    return outcome;
}

}  // namespace stagger::testing
