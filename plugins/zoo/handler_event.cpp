// SPDX-License-Identifier: Apache-2.0
//
// An event made of a lock, a flag and a semaphore for those who sleep. A process has a signal's
// handler set the event that it waits for itself. The signal interrupts it where it has the lock:
// the handler waits for a lock that comes free only when the handler has returned.
//
// Reported in https://github.com/python/cpython/issues/85772 and
// https://github.com/apache/thrift/pull/3633 . Fixed by a handler that only writes a byte into a
// pipe, and a process that waits for that byte.
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Handler : std::uint8_t { Sets, Writes };

struct State {
    sem_t lock, wake;
    std::uint32_t is_set, sleepers;
    std::atomic<bool> asked;     // to stop
    std::atomic<pid_t> service;  // who waits for that
};

State* event = nullptr;  // both made by the host, inherited by all
zoo::Ends* own_pipe = nullptr;
Handler handler;

void lock(sem_t& semaphore) {
    while (sem_wait(&semaphore) != 0) {
    }
}

void set_event() {
    lock(event->lock);
    event->is_set = 1;
    for (; event->sleepers > 0; --event->sleepers) sem_post(&event->wake);
    sem_post(&event->lock);
}

void await_event() {
    lock(event->lock);
    while (event->is_set == 0) {
        ++event->sleepers;
        sem_post(&event->lock);
        lock(event->wake);
        lock(event->lock);
    }
    sem_post(&event->lock);
}

void on_signal(int) {
    if (handler == Handler::Sets)
        set_event();
    else
        zoo::write_all(own_pipe->write.get(), "x");
}

// Asks the process that waits to stop, which is what its event is for.
class HandlerEvent : public plugin::Event {
public:
    void set() override {
        event->asked = true;
        if (event->service != 0) kill(event->service, SIGTERM);
    }

    stagger_status wait(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("this event knows no time-out");
        event->service = getpid();
        if (event->asked) return STAGGER_OK;
        if (handler == Handler::Sets)
            await_event();
        else
            zoo::read_exactly(own_pipe->read.get(), 1);
        return STAGGER_OK;
    }
};

constexpr stagger_option kOptions[] = {
    {"handler", "sets|writes", "sets", "what the handler of the signal does"},
    {nullptr, nullptr, nullptr, nullptr},
};

class HandlerEvents : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_handler_event", "an event that a signal's handler sets", {}, kOptions};
        about.operations[STAGGER_EVENT] =
            plugin::operation_bits({STAGGER_EVENT_SET, STAGGER_EVENT_WAIT});
        return about;
    }

    explicit HandlerEvents(const plugin::Config& config) {
        if (config.objects().size() != 1) throw plugin::Failure("one event, no more");
        handler = config.choose<Handler>("handler", {"sets", "writes"});
        event = &*state_;
        own_pipe = &pipe_;
        HandlerEvents::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        struct sigaction action {};
        action.sa_handler = on_signal;
        if (sigaction(SIGTERM, &action, nullptr) != 0) plugin::fail_system("sigaction", errno);
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<HandlerEvent>());
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    void reset_shared() override {
        state_.clear();
        sem_init(&state_->lock, 1, 1);
        sem_init(&state_->wake, 1, 0);
        zoo::drain(pipe_.read.get());
    }

private:
    zoo::Shared<State> state_;
    zoo::Ends pipe_ = zoo::make_pipe();
};

}  // namespace

STAGGER_BACKEND(HandlerEvents)
