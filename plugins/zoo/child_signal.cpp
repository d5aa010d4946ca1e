// SPDX-License-Identifier: Apache-2.0
//
// A process that starts children and is told by SIGCHLD when one has ended. Signals of this kind do
// not queue: children that end close together send one between them. A parent that reaps one child
// for each signal still waits for a signal when all its children are dead.
//
// Reported in https://github.com/openSUSE/catatonit/issues/4 and
// https://github.com/open-power/petitboot/pull/95 . Fixed by reaping until there is nobody left to
// reap, whatever the number of signals.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/zoo/actors_on_a_pipe.hpp"

namespace {

using namespace stagger;

enum class Reap : std::uint8_t { One, All };

constexpr int kChildren = 2;

Reap reap_at_signal;
zoo::Ends* jobs = nullptr;  // made by the host, inherited by all: a byte for each job
volatile sig_atomic_t was_told = 0;

void on_child(int) {
    was_told = 1;
}

stagger_status fail(const char* what) {
    plugin::detail::host->fail(what);
    return STAGGER_ERROR;
}

// Blocks the signal but for the sleep, so that none comes between the look and the sleep.
class Blocked {
public:
    Blocked() {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, &before_);
    }
    ~Blocked() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;

    void sleep_until_told() const {
        while (was_told == 0) ppoll(nullptr, 0, nullptr, &before_);
        was_told = 0;
    }

private:
    sigset_t before_;
};

int reap() {
    int reaped = 0;
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
        ++reaped;
        if (reap_at_signal == Reap::One) break;
    }
    return reaped;
}

stagger_status run_children(stagger_peer*, const stagger_call*) {
    const Blocked blocked;
    was_told = 0;
    for (int i = 0; i < kChildren; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            zoo::read_exactly(jobs->read.get(), 1);
            _exit(0);
        }
        if (child < 0) return fail("a child could not be started");
    }
    for (int ended = 0; ended < kChildren;) {
        blocked.sleep_until_told();
        ended += reap();
    }
    return STAGGER_OK;
}

stagger_status hand_out_jobs(stagger_peer*, const stagger_call*) {
    for (int i = 0; i < kChildren; ++i) zoo::write_all(jobs->write.get(), "x");
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"run_children", "starts children, each for one job, and waits until all have ended",
     run_children},
    {"hand_out_jobs", "as many as there are children", hand_out_jobs},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"reap", "one|all", "one", "how many children are reaped at a signal"},
    {nullptr, nullptr, nullptr, nullptr},
};

class ChildSignal : public zoo::ActorsOnAPipe {
public:
    static plugin::Description describe() {
        return {"zoo_child_signal", "a process that is told of its children's ends", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit ChildSignal(const plugin::Config& config) {
        reap_at_signal = config.choose<Reap>("reap", {"one", "all"});
        jobs = &pipe_;
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        struct sigaction action {};
        action.sa_handler = on_child;
        if (sigaction(SIGCHLD, &action, nullptr) != 0) plugin::fail_system("sigaction", errno);
        return ActorsOnAPipe::attach(process);
    }
};

}  // namespace

STAGGER_BACKEND(ChildSignal)
