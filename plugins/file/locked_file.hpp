// SPDX-License-Identifier: Apache-2.0
//
// A file that tasks lock against each other, by one of the three kinds of locks that Linux has for
// whole files. What a process knows of it: each has its own copy, made by the host before the fork,
// and opens the file when it first locks it. Threads use it at the same time.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/memory/owned.hpp"

namespace stagger::file {

enum class LockKind : std::uint8_t { Flock, Fcntl, Ofd };

using memory::Mode;

class LockedFile {
public:
    LockedFile(std::string path, LockKind kind, std::uint32_t tasks);
    ~LockedFile() { close_all(); }
    LockedFile(const LockedFile&) = delete;
    LockedFile& operator=(const LockedFile&) = delete;

    // False once the deadline has passed. Requires: the calling task does not hold it.
    bool lock(Mode mode, plugin::Deadline deadline);
    // Requires: it does, in this way.
    void unlock(Mode mode);
    // The calling task's descriptor. Requires: it holds the lock.
    int descriptor() const { return descriptors_[place()]; }
    // As if just made; what this process held is free.
    void reset();

    const std::string& path() const { return path_; }

private:
    // Locks of flock and OFD locks belong to an open file description, of which each task has one.
    // Those of fcntl belong to the process, which therefore has a single one: closing any other
    // would drop them.
    std::size_t place() const { return kind_ == LockKind::Fcntl ? 0 : plugin::current_task; }
    int open_once();
    bool wait_for(short type, plugin::Deadline deadline);
    int request(int file, short type, bool waits) const;
    bool lock_in_process(Mode mode, plugin::Deadline deadline);
    bool lock_as_reader(plugin::Deadline deadline);
    void close_all();

    const std::string path_;
    const LockKind kind_;
    std::vector<int> descriptors_;  // by task, or one
    // For fcntl, whose locks do not tell the threads of a process apart.
    pthread_rwlock_t gate_ = PTHREAD_RWLOCK_INITIALIZER;
    pthread_mutex_t door_ = PTHREAD_MUTEX_INITIALIZER;
    std::uint32_t readers_ = 0;  // of this process; under `door_`
};

}  // namespace stagger::file
