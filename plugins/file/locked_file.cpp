// SPDX-License-Identifier: Apache-2.0
#include "plugins/file/locked_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace stagger::file {
namespace {

using plugin::Deadline;

// Lets go of it however the scope is left.
class Door {
public:
    explicit Door(pthread_mutex_t& mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
    ~Door() { pthread_mutex_unlock(&mutex_); }
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

private:
    pthread_mutex_t& mutex_;
};

bool enter(pthread_rwlock_t& gate, Mode mode, Deadline deadline) {
    const bool alone = mode == Mode::Exclusive;
    if (deadline.never())
        return (alone ? pthread_rwlock_wrlock(&gate) : pthread_rwlock_rdlock(&gate)) == 0;
    if (deadline.immediate())
        return (alone ? pthread_rwlock_trywrlock(&gate) : pthread_rwlock_tryrdlock(&gate)) == 0;
    const timespec time = deadline.time();
    return (alone ? pthread_rwlock_clockwrlock(&gate, CLOCK_MONOTONIC, &time)
                  : pthread_rwlock_clockrdlock(&gate, CLOCK_MONOTONIC, &time)) == 0;
}

short type_of(Mode mode) {
    return mode == Mode::Exclusive ? F_WRLCK : F_RDLCK;
}

}  // namespace

LockedFile::LockedFile(std::string path, LockKind kind, std::uint32_t tasks)
    : path_(std::move(path)),
      kind_(kind),
      descriptors_(kind == LockKind::Fcntl ? 1 : std::size_t{tasks}, -1) {}

bool LockedFile::lock(Mode mode, Deadline deadline) {
    if (kind_ != LockKind::Fcntl) return wait_for(type_of(mode), deadline);
    if (!enter(gate_, mode, deadline)) return false;
    bool locked = false;
    try {
        locked = lock_in_process(mode, deadline);
    } catch (...) {
        pthread_rwlock_unlock(&gate_);
        throw;
    }
    if (!locked) pthread_rwlock_unlock(&gate_);
    return locked;
}

void LockedFile::unlock(Mode mode) {
    if (kind_ != LockKind::Fcntl) {
        request(descriptor(), F_UNLCK, false);
        return;
    }
    if (mode == Mode::Exclusive) {
        request(descriptor(), F_UNLCK, false);
    } else {
        const Door door(door_);
        if (--readers_ == 0) request(descriptor(), F_UNLCK, false);
    }
    pthread_rwlock_unlock(&gate_);
}

void LockedFile::reset() {
    close_all();
    gate_ = PTHREAD_RWLOCK_INITIALIZER;
    door_ = PTHREAD_MUTEX_INITIALIZER;
    readers_ = 0;
}

bool LockedFile::lock_in_process(Mode mode, Deadline deadline) {
    return mode == Mode::Exclusive ? wait_for(F_WRLCK, deadline) : lock_as_reader(deadline);
}

// The first of a process's readers locks for all of them.
bool LockedFile::lock_as_reader(Deadline deadline) {
    const Door door(door_);
    if (readers_ == 0 && !wait_for(F_RDLCK, deadline)) return false;
    ++readers_;
    return true;
}

// No file lock can be waited for until a time: then it is tried again and again.
bool LockedFile::wait_for(short type, Deadline deadline) {
    const int file = open_once();
    memory::Looking looking;
    while (request(file, type, deadline.never()) != 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EACCES) plugin::fail_system("lock of a file", errno);
        if (deadline.passed()) return false;
        looking.pause();
    }
    return true;
}

int LockedFile::request(int file, short type, bool waits) const {
    if (kind_ == LockKind::Flock) {
        const int operation = type == F_UNLCK ? LOCK_UN : type == F_RDLCK ? LOCK_SH : LOCK_EX;
        return flock(file, waits ? operation : operation | LOCK_NB);
    }
    struct flock whole {};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    const bool by_process = kind_ == LockKind::Fcntl;
    const int patient = by_process ? F_SETLKW : F_OFD_SETLKW;
    const int impatient = by_process ? F_SETLK : F_OFD_SETLK;
    return fcntl(file, waits ? patient : impatient, &whole);
}

int LockedFile::open_once() {
    int& file = descriptors_[place()];
    if (file == -1) file = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (file == -1) plugin::fail_system("open of " + path_, errno);
    return file;
}

void LockedFile::close_all() {
    for (int& file : descriptors_) {
        if (file != -1) close(file);
        file = -1;
    }
}

}  // namespace stagger::file
