// SPDX-License-Identifier: Apache-2.0
//
// flock, lockf, and fcntl's locks: tried when chosen in their non-blocking forms, so that owners
// and conflicts are the kernel's own. fcntl also copies descriptors. Runs in the task that calls.
// flock(2): a failed conversion loses the lock that was held, so every call may wake. fcntl(2):
// processes that wait for each other's record locks get EDEADLK.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/calls/file_lock.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

bool is_taken(int result) {
    return result == -1 && (errno == EAGAIN || errno == EACCES);
}

struct LockCall {
    int descriptor;
    bool unlock, once;
    const struct flock* record = nullptr;  // of a lock that belongs to the process
};

// The process whose lock is in the way; 0 if it is no process's.
int holder_of(const LockCall& call) {
    STAGGER_REAL(fcntl);
    struct flock found = *call.record;
    const bool known = real(call.descriptor, F_GETLK, &found) == 0 && found.l_type != F_UNLCK;
    return known && found.l_pid > 0 ? found.l_pid : 0;
}

int holder_awaited_by(int pid) {
    const control::TaskMask blocked = self.execution().blocked;
    for (control::TaskMask rest = blocked; rest != 0; rest &= rest - 1) {
        const control::TaskSlot& slot = self.segment->tasks[control::lowest(rest)];
        if (slot.pid == pid && slot.lock_holder != 0) return slot.lock_holder;
    }
    return 0;
}

// Would the wait for `holder` be for oneself in the end? As fs/locks.c: so many links and no more.
bool closes_circle(int holder) {
    constexpr int kMostLinks = 10;
    for (int link = 0; link < kMostLinks && holder != 0; ++link) {
        if (holder == self.slot().pid) return true;
        holder = holder_awaited_by(holder);
    }
    return false;
}

// False, with errno, if the kernel would refuse to wait.
bool wait_for_lock(const LockCall& call, control::Key key) {
    if (is_interrupted(true)) {
        errno = EINTR;
        return false;
    }
    const int holder = call.record != nullptr ? holder_of(call) : 0;
    if (closes_circle(holder)) {
        errno = EDEADLK;
        return false;
    }
    const CancellationPoint here;
    self.slot().lock_holder = holder;
    wait_for(&key, 1, control::kNoDeadline);
    self.slot().lock_holder = 0;
    return true;
}

// `attempt` must not wait.
template <typename Attempt>
int lock_file(const LockCall& call, Attempt attempt) {
    const auto key = file_lock_key(call.descriptor);
    const Call kind = call.unlock ? Call::FileUnlock : Call::FileLock;
    call.once ? spinning_point(kind, key) : point(kind, key);
    if (!call.unlock) note_kept();
    int result = attempt();
    touched(key);
    if (call.once || !is_taken(result)) return result;
    do {
        if (!wait_for_lock(call, key)) return -1;
        result = attempt();
    } while (is_taken(result));
    if (result == 0) touched(key);
    return result;
}

// The form of a fcntl lock command that does not wait.
int impatient(int command) {
    if (command == F_SETLKW) return F_SETLK;
    return command == F_OFD_SETLKW ? F_OFD_SETLK : command;
}

int fcntl_any(int descriptor, int command, void* argument) {
    STAGGER_REAL(fcntl);
    const bool waits = impatient(command) != command;
    const bool locks = waits || command == F_SETLK || command == F_OFD_SETLK;
    if (locks && controlled()) {
        EngineCode engine;
        const auto* record = static_cast<const struct flock*>(argument);
        const bool unlock = record->l_type == F_UNLCK;
        const bool by_process = command == F_SETLKW;
        const LockCall call{descriptor, unlock, !waits, by_process ? record : nullptr};
        return settle(engine, lock_file(call, [&] {
                          return real(descriptor, impatient(command), argument);
                      }));
    }
    const int result = real(descriptor, command, argument);
    const bool copies = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    if (copies && result >= 0) copy_descriptor(descriptor, result);
    return result;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int fcntl(int descriptor, int command, ...) {
    std::va_list arguments;
    va_start(arguments, command);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    return fcntl_any(descriptor, command, argument);
}

STAGGER_INTERCEPTED int fcntl64(int descriptor, int command, ...) {
    std::va_list arguments;
    va_start(arguments, command);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    return fcntl_any(descriptor, command, argument);
}

STAGGER_INTERCEPTED int flock(int descriptor, int operation) noexcept {
    STAGGER_REAL(flock);
    if (!controlled()) return real(descriptor, operation);
    EngineCode engine;
    const bool unlock = (operation & ~LOCK_NB) == LOCK_UN;
    return settle(engine, lock_file({descriptor, unlock, (operation & LOCK_NB) != 0},
                                    [&] { return real(descriptor, operation | LOCK_NB); }));
}

STAGGER_INTERCEPTED int lockf(int descriptor, int command, off_t size) {
    STAGGER_REAL(lockf);
    if (!controlled()) return real(descriptor, command, size);
    EngineCode engine;
    const bool waits = command == F_LOCK;
    struct flock record {};
    record.l_type = F_WRLCK;
    record.l_whence = SEEK_CUR;
    record.l_len = size;
    const LockCall call{descriptor, command == F_ULOCK, !waits, waits ? &record : nullptr};
    return settle(
        engine, lock_file(call, [&] { return real(descriptor, waits ? F_TLOCK : command, size); }));
}

STAGGER_INTERCEPTED int lockf64(int descriptor, int command, off64_t size) {
    return lockf(descriptor, command, size);
}
