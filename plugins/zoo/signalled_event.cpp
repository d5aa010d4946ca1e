// SPDX-License-Identifier: Apache-2.0
//
// An event that reaches other processes as a signal: its handler sets a flag, and the loop of the
// receiver looks at the flag and then sleeps in select(), which a signal interrupts. A signal that
// comes between the two interrupts nothing: the flag is set, and select() sleeps on.
//
// Reported in https://github.com/QubesOS/qubes-issues/issues/241 . Fixed by keeping the signal
// blocked but for the sleep itself, which pselect() does in one step.
#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/local.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Sleep : std::uint8_t { Select, Pselect };

constexpr std::size_t kMostProcesses = 16;

struct State {
    std::atomic<bool> is_set;
    std::atomic<pid_t> waiter[kMostProcesses];
};

volatile sig_atomic_t was_told = 0;

void on_signal(int) {
    was_told = 1;
}

class SignalledEvent : public plugin::Event, public zoo::Local {
public:
    SignalledEvent(State& state, std::uint32_t process, Sleep sleep)
        : state_(state), process_(process), sleep_(sleep) {}

    void set() override {
        state_.is_set = true;
        for (const std::atomic<pid_t>& waiter : state_.waiter)
            if (waiter != 0) kill(waiter, SIGUSR1);
    }

    // Who has said that it waits is told of all that comes after that.
    stagger_status wait(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("this event knows no time-out");
        sigset_t told, before;
        sigemptyset(&told);
        sigaddset(&told, SIGUSR1);
        if (sleep_ == Sleep::Pselect) sigprocmask(SIG_BLOCK, &told, &before);
        state_.waiter[process_] = getpid();
        if (state_.is_set) was_told = 1;
        while (was_told == 0) {
            if (sleep_ == Sleep::Select)
                select(0, nullptr, nullptr, nullptr, nullptr);
            else
                pselect(0, nullptr, nullptr, nullptr, nullptr, &before);
        }
        if (sleep_ == Sleep::Pselect) sigprocmask(SIG_SETMASK, &before, nullptr);
        return STAGGER_OK;
    }

    void reset() override { was_told = 0; }

private:
    State& state_;
    const std::uint32_t process_;
    const Sleep sleep_;
};

constexpr stagger_option kOptions[] = {
    {"sleep", "select|pselect", "select", "how a process waits for the signal"},
    {nullptr, nullptr, nullptr, nullptr},
};

class SignalledEvents : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_signalled_event", "an event that others are told of by a signal", {}, kOptions};
        about.operations[STAGGER_EVENT] =
            plugin::operation_bits({STAGGER_EVENT_SET, STAGGER_EVENT_WAIT});
        return about;
    }

    explicit SignalledEvents(const plugin::Config& config)
        : sleep_(config.choose<Sleep>("sleep", {"select", "pselect"})) {
        if (config.objects().size() != 1) throw plugin::Failure("one event, no more");
        if (config.processes() > kMostProcesses)
            throw plugin::Failure("there are at most 16 processes");
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        struct sigaction action {};
        action.sa_handler = on_signal;
        if (sigaction(SIGUSR1, &action, nullptr) != 0) plugin::fail_system("sigaction", errno);
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<SignalledEvent>(*state_, process, sleep_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

    void reset_shared() override { state_.clear(); }

private:
    const Sleep sleep_;
    zoo::Shared<State> state_;
};

}  // namespace

STAGGER_BACKEND(SignalledEvents)
