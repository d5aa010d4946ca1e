// SPDX-License-Identifier: Apache-2.0
//
// System V semaphores, message queues and shared memory: tried when chosen with IPC_NOWAIT. An
// object is known by the id that the kernel gave it, which it never gives again while it lives.
// Runs in the task that calls. sysvipc(7), semop(2), msgop(2), shmop(2).
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;

enum class Kind : std::uint64_t { Semaphores = 1, Messages, Memory };

std::uint64_t id_of(Kind kind, int number) {
    return control::mix(static_cast<std::uint64_t>(kind), static_cast<std::uint64_t>(number));
}

Key key_of(Kind kind, int number) {
    return control::make_key(control::KeySpace::Descriptor, id_of(kind, number));
}

template <typename Real>
auto at_point(Call call, Key key, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    point(call, key);
    const auto result = settle(engine, real());
    touched(key);
    return result;
}

struct Operations {
    static constexpr std::size_t kMost = 64;
    sembuf list[kMost];
    bool once = false;  // the caller asked not to wait

    Operations(const sembuf* operations, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            list[i] = operations[i];
            once = once || (list[i].sem_flg & IPC_NOWAIT) != 0;
            list[i].sem_flg = static_cast<short>(list[i].sem_flg | IPC_NOWAIT);
        }
    }
};

struct Exchange {
    Call call;
    Key key;
    bool once;
    int busy;  // the error that says "would wait"
    std::int64_t deadline = control::kNoDeadline;
};

// `attempt` must not wait.
template <typename Attempt>
auto exchange(const Exchange& how, Attempt attempt) {
    EngineCode engine;
    self.cancellation = how.call == Call::SemaphoreWait ? Cancellation::Waits : Cancellation::Acts;
    how.once ? spinning_point(how.call, how.key) : point(how.call, how.key);
    auto result = attempt();
    while (!how.once && result == -1 && errno == how.busy) {
        if (how.deadline <= self.execution().clock) {
            errno = EAGAIN;  // how semtimedop says that it is late
            break;
        }
        if (is_interrupted(false)) {
            errno = EINTR;
            break;
        }
        wait_for(&how.key, 1, how.deadline);
        result = attempt();
    }
    self.cancellation = Cancellation::Waits;
    if (result != -1) touched(how.key);
    return settle(engine, result);
}

int operate(int set, const sembuf* operations, std::size_t count, std::int64_t deadline) {
    STAGGER_REAL(semop);
    Operations impatient(operations, count);
    return exchange(
        {Call::SemaphoreWait, key_of(Kind::Semaphores, set), impatient.once, EAGAIN, deadline},
        [&] { return real(set, impatient.list, count); });
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;
using stagger::control::kNoDeadline;
using stagger::control::kNoKey;

STAGGER_INTERCEPTED int semget(key_t name, int count, int flags) noexcept {
    STAGGER_REAL(semget);
    return at_point(Call::Create, kNoKey, [&] { return real(name, count, flags); });
}

STAGGER_INTERCEPTED int semop(int set, sembuf* operations, std::size_t count) noexcept {
    STAGGER_REAL(semop);
    if (!controlled() || count > Operations::kMost) return real(set, operations, count);
    return operate(set, operations, count, kNoDeadline);
}

STAGGER_INTERCEPTED int semtimedop(int set, sembuf* operations, std::size_t count,
                                   const timespec* timeout) noexcept {
    STAGGER_REAL(semtimedop);
    if (!controlled() || count > Operations::kMost) return real(set, operations, count, timeout);
    const bool limited = timeout != nullptr;
    return operate(set, operations, count,
                   limited ? deadline_after(nanoseconds(*timeout)) : kNoDeadline);
}

STAGGER_INTERCEPTED int semctl(int set, int index, int command, ...) noexcept {
    STAGGER_REAL(semctl);
    std::va_list arguments;
    va_start(arguments, command);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    return at_point(Call::SemaphorePost, key_of(Kind::Semaphores, set),
                    [&] { return real(set, index, command, argument); });
}

STAGGER_INTERCEPTED int msgget(key_t name, int flags) noexcept {
    STAGGER_REAL(msgget);
    return at_point(Call::Create, kNoKey, [&] { return real(name, flags); });
}

STAGGER_INTERCEPTED int msgsnd(int queue, const void* message, std::size_t size, int flags) {
    STAGGER_REAL(msgsnd);
    if (!controlled()) return real(queue, message, size, flags);
    return exchange(
        {Call::QueueSend, key_of(Kind::Messages, queue), (flags & IPC_NOWAIT) != 0, EAGAIN},
        [&] { return real(queue, message, size, flags | IPC_NOWAIT); });
}

STAGGER_INTERCEPTED ssize_t msgrcv(int queue, void* message, std::size_t size, long type,
                                   int flags) {
    STAGGER_REAL(msgrcv);
    if (!controlled()) return real(queue, message, size, type, flags);
    return exchange(
        {Call::QueueReceive, key_of(Kind::Messages, queue), (flags & IPC_NOWAIT) != 0, ENOMSG},
        [&] { return real(queue, message, size, type, flags | IPC_NOWAIT); });
}

STAGGER_INTERCEPTED int msgctl(int queue, int command, msqid_ds* status) noexcept {
    STAGGER_REAL(msgctl);
    return at_point(Call::QueueOpen, key_of(Kind::Messages, queue),
                    [&] { return real(queue, command, status); });
}

STAGGER_INTERCEPTED int shmget(key_t name, std::size_t size, int flags) noexcept {
    STAGGER_REAL(shmget);
    return at_point(Call::Create, kNoKey, [&] { return real(name, size, flags); });
}

STAGGER_INTERCEPTED void* shmat(int memory, const void* hint, int flags) noexcept {
    STAGGER_REAL(shmat);
    void* address = real(memory, hint, flags);
    shmid_ds status{};
    const bool worked = reinterpret_cast<std::intptr_t>(address) != -1;
    if (worked && shmctl(memory, IPC_STAT, &status) == 0) {
        remember_mapping(address, (status.shm_segsz + 4095) & ~std::size_t{4095},
                         id_of(Kind::Memory, memory), 0);
    }
    return address;
}

STAGGER_INTERCEPTED int shmdt(const void* address) noexcept {
    STAGGER_REAL(shmdt);
    const int result = real(address);
    if (result == 0) forget_mapping_at(address);
    return result;
}
