// SPDX-License-Identifier: Apache-2.0
//
// A process reads what its child writes into a pipe, until the pipe ends: when nobody can write
// into it any more. Another thread forks at the same time, for something else that lives on.
// Between pipe() and the close of the parent's own copy that other child gets a copy of the writing
// end which it knows nothing of and never closes, so that the pipe does not end.
//
// Reported in https://github.com/NixOS/nix/pull/13923 ,
// https://github.com/arminbiere/cadical/pull/120 and https://github.com/Alexays/Waybar/pull/2182 .
// Fixed by a lock around each fork, held from pipe() to that close; where children execute another
// program, by O_CLOEXEC.
#include <pthread.h>
#include <sys/wait.h>

#include "plugins/zoo/actors_on_a_pipe.hpp"

namespace {

using namespace stagger;

enum class Fork : std::uint8_t { AnyTime, InTurn };

Fork how_to_fork;
zoo::Ends* stop_pipe = nullptr;  // made by the host, inherited by all: a byte ends the agent
pthread_mutex_t fork_lock = PTHREAD_MUTEX_INITIALIZER;
pid_t agent = 0;  // of the thread that has started it

class ForkTurn {
public:
    ForkTurn() {
        if (how_to_fork == Fork::InTurn) pthread_mutex_lock(&fork_lock);
    }
    ~ForkTurn() {
        if (how_to_fork == Fork::InTurn) pthread_mutex_unlock(&fork_lock);
    }
    ForkTurn(const ForkTurn&) = delete;
    ForkTurn& operator=(const ForkTurn&) = delete;
};

stagger_status fail(const char* what) {
    plugin::detail::host->fail(what);
    return STAGGER_ERROR;
}

// Both ends, of which the child gets one and the parent keeps the other.
struct Command {
    pid_t child = -1;
    zoo::Descriptor output;
};

Command start_command() {
    const ForkTurn turn;
    zoo::Ends pipe = zoo::make_pipe();
    const pid_t child = fork();
    if (child == 0) {
        zoo::write_all(pipe.write.get(), "done\n");
        _exit(0);
    }
    pipe.write.close();
    return {child, std::move(pipe.read)};
}

stagger_status read_output(stagger_peer*, const stagger_call*) {
    const Command command = start_command();
    if (command.child < 0) return fail("the command could not be started");
    zoo::read_exactly(command.output.get(), 1000);
    return waitpid(command.child, nullptr, 0) == command.child ? STAGGER_OK : fail("waitpid");
}

stagger_status start_agent(stagger_peer*, const stagger_call*) {
    const ForkTurn turn;
    const pid_t child = fork();
    if (child == 0) {
        zoo::read_exactly(stop_pipe->read.get(), 1);
        _exit(0);
    }
    agent = child;
    return child > 0 ? STAGGER_OK : fail("the agent could not be started");
}

stagger_status stop_agent(stagger_peer*, const stagger_call*) {
    zoo::write_all(stop_pipe->write.get(), "x");
    return STAGGER_OK;
}

stagger_status await_agent(stagger_peer*, const stagger_call*) {
    return waitpid(agent, nullptr, 0) == agent ? STAGGER_OK : fail("waitpid");
}

constexpr stagger_actor kActors[] = {
    {"read_output", "runs a command and reads what it writes, until its end", read_output},
    {"start_agent", "forks a child that lives until it is stopped", start_agent},
    {"stop_agent", "tells it to end", stop_agent},
    {"await_agent", "waits until it has ended", await_agent},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"fork", "any-time|in-turn", "any-time", "whether threads fork one at a time"},
    {nullptr, nullptr, nullptr, nullptr},
};

class InheritedEnd : public zoo::ActorsOnAPipe {
public:
    static plugin::Description describe() {
        return {"zoo_inherited_end", "a process with threads that fork", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit InheritedEnd(const plugin::Config& config) {
        how_to_fork = config.choose<Fork>("fork", {"any-time", "in-turn"});
        stop_pipe = &pipe_;
    }
};

}  // namespace

STAGGER_BACKEND(InheritedEnd)
