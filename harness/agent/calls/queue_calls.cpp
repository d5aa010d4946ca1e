// SPDX-License-Identifier: Apache-2.0
//
// POSIX message queues. A queue is known by its name. Sends and receives are tried when chosen,
// with a deadline long past: where the kernel would wait it says ETIMEDOUT instead. Runs in the
// task that calls. mq_overview(7), mq_send(3).
#include <fcntl.h>
#include <mqueue.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::NameKind;

constexpr timespec kLongPast{};

bool is_valid(const timespec& time) {
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

// A fault: there is no room, for as long as the caller would wait. Then why is in errno.
bool is_found_full(bool patient, std::int64_t deadline) {
    if (patient && deadline == control::kNoDeadline) return false;
    if (!struck_by(FaultKind::Full)) return false;
    while (patient && wait_for(nullptr, 0, deadline) == Woken::Signalled) continue;
    errno = patient ? ETIMEDOUT : EAGAIN;
    return true;
}

// `attempt` must not wait; it fails with ETIMEDOUT where it would.
template <typename Attempt>
auto exchange(Call kind, mqd_t queue, std::int64_t deadline, Attempt attempt) {
    EngineCode engine;
    const CancellationPoint here;
    const auto key = descriptor_key(queue);
    decltype(attempt()) result = -1;
    const bool patient = may_wait(queue, kind == Call::QueueSend ? Direction::Out : Direction::In);
    const auto finished = [&] {
        if (kind == Call::QueueSend && is_found_full(patient, deadline)) return true;
        result = attempt();
        return result != -1 || errno != ETIMEDOUT;
    };
    const auto interrupted = [&] {
        if (!is_interrupted(true)) return false;
        errno = EINTR;
        return true;
    };
    if (patient) {
        if (!try_when_chosen(kind, key, deadline, finished, interrupted)) errno = ETIMEDOUT;
    } else {
        spinning_point(kind, key);
        finished();
    }
    if (result != -1) touched(key);
    return settle(engine, result);
}

struct Outgoing {
    const char* bytes;
    std::size_t size;
    unsigned priority;
};

int send_controlled(mqd_t queue, const Outgoing& message, std::int64_t deadline) {
    STAGGER_REAL(mq_timedsend);
    return exchange(Call::QueueSend, queue, deadline, [&] {
        return real(queue, message.bytes, message.size, message.priority, &kLongPast);
    });
}

struct Incoming {
    char* bytes;
    std::size_t size;
    unsigned* priority;
};

ssize_t receive_controlled(mqd_t queue, const Incoming& message, std::int64_t deadline) {
    STAGGER_REAL(mq_timedreceive);
    return exchange(Call::QueueReceive, queue, deadline, [&] {
        return real(queue, message.bytes, message.size, message.priority, &kLongPast);
    });
}

int refuse_deadline() {
    EngineCode engine;
    return engine.fail(EINVAL);
}

// Looks at a queue, or changes what it is for its user.
template <typename Real>
int at_point(Call kind, control::Key key, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    kind == Call::QueueLook ? spinning_point(kind, key) : point(kind, key);
    return settle(engine, real());
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED mqd_t mq_open(const char* name, int flags, ...) noexcept {
    STAGGER_REAL(mq_open);
    std::va_list arguments;
    va_start(arguments, flags);
    const bool create = (flags & O_CREAT) != 0;
    const mode_t mode = create ? va_arg(arguments, mode_t) : 0;
    mq_attr* attributes = create ? va_arg(arguments, mq_attr*) : nullptr;
    va_end(arguments);
    if (has_no_descriptor_left()) return -1;
    return at_point(Call::QueueOpen, name_key(NameKind::MessageQueue, name), [&] {
        const mqd_t queue = real(name, flags, mode, attributes);
        if (queue >= 0) {
            remember_descriptor(queue, name_id(NameKind::MessageQueue, name, create));
        }
        return queue;
    });
}

STAGGER_INTERCEPTED int mq_close(mqd_t queue) noexcept {
    STAGGER_REAL(mq_close);
    return at_point(Call::Close, descriptor_key(queue), [&] {
        forget_descriptor(queue);
        return real(queue);
    });
}

STAGGER_INTERCEPTED int mq_unlink(const char* name) noexcept {
    STAGGER_REAL(mq_unlink);
    return at_point(Call::Unlink, name_key(NameKind::MessageQueue, name), [&] {
        const int result = real(name);
        if (result == 0) name_removed(NameKind::MessageQueue, name);
        return result;
    });
}

STAGGER_INTERCEPTED int mq_timedsend(mqd_t queue, const char* message, std::size_t size,
                                     unsigned priority, const timespec* deadline) {
    STAGGER_REAL(mq_timedsend);
    if (!controlled()) return real(queue, message, size, priority, deadline);
    if (!is_valid(*deadline)) return refuse_deadline();
    return send_controlled(queue, {message, size, priority},
                           virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int mq_send(mqd_t queue, const char* message, std::size_t size,
                                unsigned priority) {
    STAGGER_REAL(mq_send);
    if (!controlled()) return real(queue, message, size, priority);
    return send_controlled(queue, {message, size, priority}, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED ssize_t mq_timedreceive(mqd_t queue, char* message, std::size_t size,
                                            unsigned* priority, const timespec* deadline) {
    STAGGER_REAL(mq_timedreceive);
    if (!controlled()) return real(queue, message, size, priority, deadline);
    if (!is_valid(*deadline)) return refuse_deadline();
    return receive_controlled(queue, {message, size, priority},
                              virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED ssize_t mq_receive(mqd_t queue, char* message, std::size_t size,
                                       unsigned* priority) {
    STAGGER_REAL(mq_receive);
    if (!controlled()) return real(queue, message, size, priority);
    return receive_controlled(queue, {message, size, priority}, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED int mq_getattr(mqd_t queue, mq_attr* attributes) noexcept {
    STAGGER_REAL(mq_getattr);
    return at_point(Call::QueueLook, descriptor_key(queue),
                    [&] { return real(queue, attributes); });
}

STAGGER_INTERCEPTED int mq_notify(mqd_t queue, const sigevent* event) noexcept {
    STAGGER_REAL(mq_notify);
    return at_point(Call::QueueOpen, descriptor_key(queue), [&] { return real(queue, event); });
}
