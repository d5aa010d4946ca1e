// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/debugger/gdb.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/debugger/standing.hpp"
#include "harness/cli/debugger/tracing.hpp"
#include "harness/cli/signals.hpp"
#include "harness/engine/proc_stat.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

constexpr int kLooks = 3;       // in a row, until gdb that has nothing to do is told to end
constexpr int kPatience = 300;  // looks, until it is killed
constexpr int kCannotStart = 127;

void nap() {
    const timespec moment{0, 10'000'000};
    nanosleep(&moment, nullptr);
}

// proc_pid_status(5): who traces it, 0 if nobody does.
int tracer_of(pid_t process) {
    std::ifstream status(fmt::format("/proc/{}/status", process));
    for (std::string word; status >> word;) {
        int tracer = 0;
        if (word == "TracerPid:" && status >> tracer) return tracer;
    }
    return 0;
}

bool is_stopped(const engine::HeldTask& task) {
    return engine::thread_stat(task.pid, task.tid).state == 't' ||
           engine::thread_stat(task.pid, task.pid).state == 't';
}

// A file that is nowhere: gdb opens it by the descriptor that it inherits.
int memory_file(const std::string& text) {
    const int file = memfd_create("stagger-gdb", 0);
    if (file >= 0) write_all(file, text);
    return file;
}

}  // namespace

Status check_debugging(const Options& options) {
    if (options.gdb.empty()) {
        if (options.gdb_commands.empty()) return Ok{};
        return Error{"--gdb-command needs --gdb, which says where to stop."};
    }
    if (options.minimize || options.times)
        return Error{fmt::format("{} has no meaning with --gdb, which replays once.",
                                 options.minimize ? "--minimize" : "--times")};
    if (options.gdb_commands.empty() && (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0))
        return Error{
            "--gdb needs a terminal; without one, say with --gdb-command what gdb should do."};
    return Ok{};
}

Result<Gdb> Gdb::open(const Options& options, Console& console) {
    const std::optional<std::string> path = find_gdb();
    if (!path) return Error{"there is no gdb in PATH, which --gdb starts: apt-get install gdb."};
    if (const auto obstacle = tracing_obstacle())
        return Error{fmt::format("gdb cannot look into processes: {}. What to do: {}.",
                                 obstacle->why, obstacle->remedy)};
    return Gdb(*path, options, console);
}

Gdb::Gdb(std::string path, const Options& options, Console& console)
    : path_(std::move(path)), commands_(&options.gdb_commands), console_(&console) {}

Gdb::~Gdb() {
    if (child_ == 0) return;
    kill(child_, SIGKILL);
    while (is_running()) nap();
}

void Gdb::announce(const std::string& task, std::uint32_t point, const std::string& label) {
    task_ = task;
    console_->print(
        report::printable(fmt::format("{} is stopped at its point {}, `{}`.", task, point, label)) +
        "\n");
    if (!commands_->empty()) return;
    console_->print(
        "`continue` lets the schedule go on, and the others run as it says; `detach` and "
        "`quit` let it\ngo on without gdb.\n");
}

Status Gdb::attach(const engine::HeldTask& task) {
    held_ = task;
    STAGGER_TRY(const Standing standing, standing_of(task));
    const int script = memory_file(gdb_script(standing));
    if (script < 0)
        return Error{fmt::format("no room for gdb's commands: {}", std::strerror(errno))};
    const Status started = start(script);
    close(script);
    if (!started) return started;
    while (task.waits()) {
        if (!is_running()) return Error{fmt::format("gdb ended before it had stopped {}", task_)};
        if (cancelled()) return Error{"it was interrupted"};
        nap();
    }
    return Ok{};
}

// An interrupt that is typed is for gdb alone, which stays in our group so that the terminal's job
// control takes both for one.
Status Gdb::start(int script) {
    std::vector<std::string> words{path_, "-q"};
    if (!commands_->empty()) words.emplace_back("-batch");
    words.insert(words.end(), {"-x", fmt::format("/dev/fd/{}", script)});
    const std::vector<std::string> shows{"frame"};
    for (const std::string& command : commands_->empty() ? shows : *commands_)
        words.insert(words.end(), {"-ex", command});
    tcgetattr(STDIN_FILENO, &terminal_);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
    child_ = fork();
    if (child_ == 0) become_gdb(words);
    if (child_ > 0) return Ok{};
    const int error = errno;
    note_end();
    return Error{fmt::format("gdb cannot be started: {}", std::strerror(error))};
}

void Gdb::become_gdb(const std::vector<std::string>& words) const {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // which lets it give the terminal back
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    if (!commands_->empty()) dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(console_->people(), STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(kCannotStart);
}

bool Gdb::is_running() {
    if (child_ == 0) return false;
    if (waitpid(child_, nullptr, WNOHANG) == 0) return true;
    note_end();
    return false;
}

void Gdb::note_end() {
    child_ = 0;
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
    if (commands_->empty()) tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_);
}

// A person can interrupt a task that runs on for ever. Nobody interrupts commands: where they let
// the task run, limits hold as without gdb.
bool Gdb::is_in_charge() {
    if (!is_running() || tracer_of(held_.pid) == 0) return false;
    return commands_->empty() || is_stopped(held_);
}

bool Gdb::is_looking() {
    return tracer_of(held_.pid) != 0 ? is_stopped(held_) : !commands_->empty();
}

// What has the process run on has nothing to wait for any more: gdb would wait for ever. It is told
// by SIGHUP, since of SIGTERM it complains as of a quit in the middle of something.
void Gdb::leave() {
    int idle = 0;
    while (is_running()) {
        idle = is_looking() && !cancelled() ? 0 : idle + 1;
        if (idle == kLooks) kill(child_, SIGHUP);
        if (idle == kPatience) kill(child_, SIGKILL);
        nap();
    }
    if (idle >= kLooks && commands_->empty()) console_->print("\n");  // behind its prompt
}

}  // namespace stagger::cli
