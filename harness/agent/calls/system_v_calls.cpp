// SPDX-License-Identifier: Apache-2.0
//
// System V semaphores, message queues and shared memory: tried when chosen with IPC_NOWAIT. The
// number that the kernel gave an object, and never gives again while it lives, is its name; what it
// is known by is the same in every run. Runs in the task that calls, and, to learn who is who, in
// the builder. sysvipc(7), semop(2), msgop(2), shmop(2).
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <cerrno>
#include <charconv>
#include <cstdarg>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;

using control::NameKind;

struct Number {
    explicit Number(int number) { *std::to_chars(text, text + sizeof text - 1, number).ptr = '\0'; }
    char text[16] = {};
};

// Looking a name up takes long, and programs use few objects again and again.
struct Known {
    NameKind kind;
    int number;
    std::uint64_t id;
};
constexpr std::size_t kMostKnown = 16;
thread_local Known known[kMostKnown];
thread_local std::size_t next_known = 0;

std::uint64_t id_of(NameKind kind, int number) {
    for (const Known& object : known) {
        if (object.id != 0 && object.kind == kind && object.number == number) return object.id;
    }
    const std::uint64_t id = name_id(kind, Number(number).text, false);
    known[next_known++ % kMostKnown] = {kind, number, id};
    return id;
}

Key key_of(NameKind kind, int number) {
    return control::make_key(control::KeySpace::Descriptor, id_of(kind, number));
}

// The object that a get call gave. Only what it made is removed if it is left behind.
int remember_object(NameKind kind, int number, bool made) {
    if (number != -1 && made) name_id(kind, Number(number).text, true);
    return number;
}

// `find` asks for the object without making it.
template <typename Find>
bool would_make(key_t name, int flags, Find find) {
    if (name == IPC_PRIVATE) return true;
    if ((flags & IPC_CREAT) == 0) return false;
    const int error = errno;
    const bool found = find() != -1;
    errno = error;
    return !found;
}

int note_removal(NameKind kind, int number, int command, int result) {
    if (command == IPC_RMID && result == 0) name_removed(kind, Number(number).text);
    return result;
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
    bool once = false;    // the caller asked not to wait
    bool undoes = false;  // the kernel remembers it with the process

    Operations(const sembuf* operations, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            list[i] = operations[i];
            once = once || (list[i].sem_flg & IPC_NOWAIT) != 0;
            undoes = undoes || (list[i].sem_flg & SEM_UNDO) != 0;
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
    if (impatient.undoes) note_kept();
    return exchange({Call::SemaphoreWait, key_of(NameKind::SystemVSemaphores, set), impatient.once,
                     EAGAIN, deadline},
                    [&] { return real(set, impatient.list, count); });
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;
using stagger::control::kNoDeadline;
using stagger::control::kNoKey;
using stagger::control::NameKind;

STAGGER_INTERCEPTED int semget(key_t name, int count, int flags) noexcept {
    STAGGER_REAL(semget);
    return at_point(Call::Create, kNoKey, [&] {
        const bool made = would_make(name, flags, [&] { return real(name, 0, 0); });
        return remember_object(NameKind::SystemVSemaphores, real(name, count, flags), made);
    });
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
    return at_point(Call::SemaphorePost, key_of(NameKind::SystemVSemaphores, set), [&] {
        return note_removal(NameKind::SystemVSemaphores, set, command,
                            real(set, index, command, argument));
    });
}

STAGGER_INTERCEPTED int msgget(key_t name, int flags) noexcept {
    STAGGER_REAL(msgget);
    return at_point(Call::Create, kNoKey, [&] {
        const bool made = would_make(name, flags, [&] { return real(name, 0); });
        return remember_object(NameKind::SystemVMessages, real(name, flags), made);
    });
}

STAGGER_INTERCEPTED int msgsnd(int queue, const void* message, std::size_t size, int flags) {
    STAGGER_REAL(msgsnd);
    if (!controlled()) return real(queue, message, size, flags);
    return exchange({Call::QueueSend, key_of(NameKind::SystemVMessages, queue),
                     (flags & IPC_NOWAIT) != 0, EAGAIN},
                    [&] { return real(queue, message, size, flags | IPC_NOWAIT); });
}

STAGGER_INTERCEPTED ssize_t msgrcv(int queue, void* message, std::size_t size, long type,
                                   int flags) {
    STAGGER_REAL(msgrcv);
    if (!controlled()) return real(queue, message, size, type, flags);
    return exchange({Call::QueueReceive, key_of(NameKind::SystemVMessages, queue),
                     (flags & IPC_NOWAIT) != 0, ENOMSG},
                    [&] { return real(queue, message, size, type, flags | IPC_NOWAIT); });
}

STAGGER_INTERCEPTED int msgctl(int queue, int command, msqid_ds* status) noexcept {
    STAGGER_REAL(msgctl);
    return at_point(Call::QueueOpen, key_of(NameKind::SystemVMessages, queue), [&] {
        return note_removal(NameKind::SystemVMessages, queue, command,
                            real(queue, command, status));
    });
}

STAGGER_INTERCEPTED int shmget(key_t name, std::size_t size, int flags) noexcept {
    STAGGER_REAL(shmget);
    return at_point(Call::Create, kNoKey, [&] {
        const bool made = would_make(name, flags, [&] { return real(name, 0, 0); });
        return remember_object(NameKind::SystemVMemory, real(name, size, flags), made);
    });
}

STAGGER_INTERCEPTED void* shmat(int memory, const void* hint, int flags) noexcept {
    STAGGER_REAL(shmat);
    void* address = real(memory, hint, flags);
    shmid_ds status{};
    const bool worked = reinterpret_cast<std::intptr_t>(address) != -1;
    if (worked && shmctl(memory, IPC_STAT, &status) == 0) {
        remember_mapping(address, (status.shm_segsz + 4095) & ~std::size_t{4095},
                         id_of(NameKind::SystemVMemory, memory), 0);
    }
    return address;
}

STAGGER_INTERCEPTED int shmctl(int memory, int command, shmid_ds* status) noexcept {
    STAGGER_REAL(shmctl);
    return note_removal(NameKind::SystemVMemory, memory, command, real(memory, command, status));
}

STAGGER_INTERCEPTED int shmdt(const void* address) noexcept {
    STAGGER_REAL(shmdt);
    const int result = real(address);
    if (result == 0) forget_mapping_at(address);
    return result;
}
