// SPDX-License-Identifier: Apache-2.0
//
// sem_*: tried when chosen with the real sem_trywait. Runs in the task that calls. sem_wait(3),
// sem_overview(7): a named semaphore is a mapping that the name leads to, so it is known by name.
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/left_to_libc.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;

int real_trywait(sem_t* semaphore) {
    STAGGER_REAL(sem_trywait);
    return real(semaphore);
}

int wait_on_semaphore(EngineCode& engine, sem_t* semaphore, std::int64_t deadline) {
    const CancellationPoint here;
    int result = 0;
    const auto key = address_key(semaphore);
    const bool done = try_when_chosen(
        Call::SemaphoreWait, key, deadline,
        [&] {
            result = real_trywait(semaphore);
            return result == 0 || errno != EAGAIN;
        },
        [&] {
            if (!is_interrupted(true)) return false;
            errno = EINTR;
            return true;
        });
    if (!done) return engine.fail(ETIMEDOUT);
    if (result != 0) engine.adopt_errno();
    return result;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int sem_wait(sem_t* semaphore) {
    if (left_to_libc(Call::SemaphoreWait, semaphore)) {
        STAGGER_REAL(sem_wait);
        return real(semaphore);
    }
    EngineCode engine;
    return wait_on_semaphore(engine, semaphore, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
    if (left_to_libc(Call::SemaphoreWait, semaphore)) {
        STAGGER_REAL(sem_timedwait);
        return real(semaphore, deadline);
    }
    EngineCode engine;
    return wait_on_semaphore(engine, semaphore, virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
    if (left_to_libc(Call::SemaphoreWait, semaphore)) {
        STAGGER_REAL(sem_clockwait);
        return real(semaphore, clock, deadline);
    }
    EngineCode engine;
    return wait_on_semaphore(engine, semaphore, virtual_deadline(clock, *deadline));
}

STAGGER_INTERCEPTED int sem_trywait(sem_t* semaphore) noexcept {
    if (!controlled()) return real_trywait(semaphore);
    EngineCode engine;
    spinning_point(Call::SemaphoreWait, address_key(semaphore));
    const int result = real_trywait(semaphore);
    if (result != 0) engine.adopt_errno();
    return result;
}

STAGGER_INTERCEPTED int sem_getvalue(sem_t* semaphore, int* value) noexcept {
    STAGGER_REAL(sem_getvalue);
    if (!controlled()) return real(semaphore, value);
    EngineCode engine;
    spinning_point(Call::SemaphoreWait, address_key(semaphore));
    return real(semaphore, value);
}

STAGGER_INTERCEPTED int sem_post(sem_t* semaphore) noexcept {
    STAGGER_REAL(sem_post);
    if (left_to_libc(Call::SemaphorePost, semaphore)) return real(semaphore);
    EngineCode engine;
    const auto key = address_key(semaphore);
    point(Call::SemaphorePost, key);
    const int result = real(semaphore);
    if (result != 0) engine.adopt_errno();
    touched(key);
    return result;
}

STAGGER_INTERCEPTED sem_t* sem_open(const char* name, int flags, ...) noexcept {
    std::va_list arguments;
    va_start(arguments, flags);
    const bool create = (flags & O_CREAT) != 0;
    const mode_t mode = create ? va_arg(arguments, mode_t) : 0;
    const unsigned value = create ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    STAGGER_REAL(sem_open);
    const bool point_here = controlled();
    if (point_here) {
        EngineCode engine;
        point(Call::Open, name_key(stagger::control::NameKind::Semaphore, name));
    }
    self.in_plugin = false;
    sem_t* semaphore = real(name, flags, mode, value);
    self.in_plugin = point_here;
    if (semaphore != SEM_FAILED) {
        const auto id = name_id(stagger::control::NameKind::Semaphore, name, create);
        remember_mapping(semaphore, sizeof(sem_t), id, 0);
    }
    return semaphore;
}

STAGGER_INTERCEPTED int sem_close(sem_t* semaphore) noexcept {
    STAGGER_REAL(sem_close);
    forget_mapping_at(semaphore);  // opened twice, it stays mapped until it is closed twice
    return real(semaphore);
}

STAGGER_INTERCEPTED int sem_unlink(const char* name) noexcept {
    STAGGER_REAL(sem_unlink);
    if (controlled()) {
        EngineCode engine;
        point(Call::Unlink, name_key(stagger::control::NameKind::Semaphore, name));
    }
    const int result = real(name);
    if (result == 0) name_removed(stagger::control::NameKind::Semaphore, name);
    return result;
}
