// SPDX-License-Identifier: Apache-2.0
//
// Locks without a condition variable of their own: a semaphore, and a lock on a file.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "plugins/memory/sleeping.hpp"

namespace stagger::memory {
namespace {

int take(sem_t& semaphore, plugin::Deadline deadline) {
    const timespec time = deadline.time();
    for (;;) {
        const int failed = deadline.never() ? sem_wait(&semaphore)
                           : deadline.immediate()
                               ? sem_trywait(&semaphore)
                               : sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time);
        if (failed == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

class SemaphoreGuard : public SleepingGuard {
public:
    using SleepingGuard::create;
    using SleepingGuard::SleepingGuard;

    void create(LockCell& cell) override { sem_init(&cell.semaphore, 1, 1); }
    void lock(LockCell& cell, std::uint32_t) override {
        const int error = take(cell.semaphore, plugin::Deadline::after(-1));
        if (error != 0) plugin::fail_system("sem_wait of an object", error);
    }
    void unlock(LockCell& cell, std::uint32_t) override { sem_post(&cell.semaphore); }
};

// A lock on one byte of the shared memory's own file. It belongs to an open file description, and
// each task opens its own, so threads of one process exclude each other too.
class FileGuard : public SleepingGuard {
public:
    explicit FileGuard(const GuardSpec& spec)
        : SleepingGuard(spec.sleepers), file_(spec.file), files_(spec.tasks, -1) {}
    ~FileGuard() override { FileGuard::reset(); }

    using SleepingGuard::create;
    void create(LockCell&) override {}
    void lock(LockCell&, std::uint32_t object) override { change(F_WRLCK, object); }
    void unlock(LockCell&, std::uint32_t object) override { change(F_UNLCK, object); }
    void reset() override {
        for (int& file : files_) {
            if (file != -1) close(file);
            file = -1;
        }
    }

private:
    void change(short type, std::uint32_t object) {
        int& file = files_.at(plugin::current_task);
        if (file == -1) file = shm_open(file_.c_str(), O_RDWR | O_CLOEXEC, 0);
        if (file == -1) plugin::fail_system("shm_open of " + file_, errno);
        struct flock range {};
        range.l_type = type;
        range.l_whence = SEEK_SET;
        range.l_start = object;
        range.l_len = 1;
        while (fcntl(file, F_OFD_SETLKW, &range) == -1)
            if (errno != EINTR) plugin::fail_system("fcntl(F_OFD_SETLKW) on " + file_, errno);
    }

    const std::string file_;
    std::vector<int> files_;  // by task
};

}  // namespace

bool SleepingGuard::wait(LockCell& lock_cell, WaitCell& cell, std::uint32_t object,
                         plugin::Deadline deadline) {
    const std::uint32_t name = plugin::current_task + 1;
    Sleeper& sleeper = at(name);
    sleeper.next = cell.first;
    cell.first = name;
    unlock(lock_cell, object);
    const bool woken = sleep(deadline);
    lock(lock_cell, object);
    // Whoever is no longer in the list was woken in between, and takes what woke it.
    if (!woken && !leave(cell, name)) sleep(plugin::Deadline::at(0));
    return woken;
}

void SleepingGuard::wake_all(WaitCell& cell) {
    while (cell.first != 0) {
        const std::uint32_t name = cell.first;
        cell.first = at(name).next;
        wake(name - 1);
    }
}

bool SleepingGuard::sleep(plugin::Deadline deadline) {
    return take(sleepers_[plugin::current_task].wake, deadline) == 0;
}

void SleepingGuard::wake(std::uint32_t task) {
    sem_post(&sleepers_[task].wake);
}

bool SleepingGuard::leave(WaitCell& cell, std::uint32_t name) const {
    for (std::uint32_t* link = &cell.first; *link != 0; link = &at(*link).next) {
        if (*link != name) continue;
        *link = at(name).next;
        return true;
    }
    return false;
}

std::unique_ptr<Guard> make_semaphore_guard(const GuardSpec& spec) {
    return std::make_unique<SemaphoreGuard>(spec.sleepers);
}

std::unique_ptr<Guard> make_file_guard(const GuardSpec& spec) {
    return std::make_unique<FileGuard>(spec);
}

}  // namespace stagger::memory
