// SPDX-License-Identifier: Apache-2.0
//
// flock, lockf, and fcntl's locks: tried when chosen in their non-blocking forms, so that owners
// and conflicts are the kernel's own. fcntl also copies descriptors. Where the kernel would say
// EDEADLK, the task waits, and Stagger reports the deadlock. Runs in the task that calls. flock(2),
// fcntl(2): a failed conversion by flock loses the lock that was held, so every call may wake.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "harness/agent/calls/file_lock.hpp"
#include "harness/agent/calls/tried.hpp"
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
};

// `attempt` must not wait.
template <typename Attempt>
int lock_file(const LockCall& call, Attempt attempt) {
    const auto key = file_lock_key(call.descriptor);
    const Call kind = call.unlock ? Call::FileUnlock : Call::FileLock;
    call.once ? spinning_point(kind, key) : point(kind, key);
    int result = attempt();
    touched(key);
    if (call.once || !is_taken(result)) return result;
    do {
        wait_for(&key, 1, control::kNoDeadline);
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
        const bool unlock = static_cast<const struct flock*>(argument)->l_type == F_UNLCK;
        return settle(engine, lock_file({descriptor, unlock, !waits}, [&] {
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
    return settle(engine, lock_file({descriptor, command == F_ULOCK, !waits}, [&] {
                      return real(descriptor, waits ? F_TLOCK : command, size);
                  }));
}

STAGGER_INTERCEPTED int lockf64(int descriptor, int command, off64_t size) {
    return lockf(descriptor, command, size);
}
