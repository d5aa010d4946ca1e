// SPDX-License-Identifier: Apache-2.0
#include "plugins/file/file_locks.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace stagger::file {
namespace {

using plugin::Deadline;

bool is_lock(stagger_type type) {
    return type == STAGGER_MUTEX || type == STAGGER_RWLOCK;
}

// Of the operation that the calling task is in.
thread_local memory::Looking looking;

// One lock for the whole content; nothing tells who waits, so they look again.
class FileGuard : public memory::Guard {
public:
    FileGuard(LockedFile& file, Content& content) : file_(file), content_(content) {}

    void create(memory::LockCell&) override {}
    void create(memory::WaitCell&) override {}
    void lock(memory::LockCell&, std::uint32_t) override {
        looking = {};
        take();
    }
    void unlock(memory::LockCell&, std::uint32_t) override {
        content_.put_back(file_.descriptor());
        file_.unlock(Mode::Exclusive);
    }
    bool wait(memory::LockCell& cell, memory::WaitCell&, std::uint32_t object,
              Deadline deadline) override {
        unlock(cell, object);
        looking.pause();
        const bool late = deadline.passed();
        take();
        return !late;
    }
    void wake_all(memory::WaitCell&) override {}

private:
    void take() {
        file_.lock(Mode::Exclusive, Deadline::after(-1));
        content_.fetch(file_.descriptor());
    }

    LockedFile& file_;
    Content& content_;
};

std::string path_of_data(const plugin::Config& config) {
    return config.path("data");
}

std::string lock_path(const plugin::Config& config, std::size_t object) {
    return config.path("lock" + std::to_string(object));
}

}  // namespace

// The kernel would change the lock that the task has, which flock does not even do in one step.
bool LockFile::take(Mode mode, Deadline deadline) {
    if (mode == Mode::Shared || !reads()) return file_.lock(mode, deadline);
    if (deadline.immediate()) return false;
    throw plugin::Failure("lock of what this task holds for reading: unlock that first");
}

bool LockFile::is_owned() const {
    char mark = 0;
    if (pread(file_.descriptor(), &mark, 1, 0) < 0)
        plugin::fail_system("pread of a lock's file", errno);
    return mark != 0;
}

void LockFile::set_owned(bool owned) {
    const char mark = owned ? 1 : 0;
    if (pwrite(file_.descriptor(), &mark, 1, 0) != 1)
        plugin::fail_system("pwrite of a lock's file", errno);
}

void LockFile::reset() {
    file_.reset();
    OwnedLock::reset();
}

FileLocks::FileLocks(const plugin::Config& config, LockKind kind)
    : data_(path_of_data(config), kind, config.tasks()) {
    const std::vector<plugin::ObjectSpec> objects = config.objects();
    for (std::size_t i = 0; i < objects.size(); ++i)
        locks_.push_back(is_lock(objects[i].type) ? std::make_unique<LockFile>(lock_path(config, i),
                                                                               kind, config.tasks())
                                                  : nullptr);
}

std::unique_ptr<memory::Guard> FileLocks::guard(memory::Sleeper*) const {
    return std::make_unique<FileGuard>(data_, *content_);
}

// Of a lock nothing lies in the content.
std::uint64_t FileLocks::cell_size(stagger_type type, std::uint32_t tasks) const {
    return is_lock(type) ? 1 : memory::guarded_cell_size(type, tasks);
}

bool FileLocks::create(const memory::Place& place, const plugin::ObjectSpec& spec) const {
    return is_lock(spec.type) || memory::create_guarded(place, spec);
}

std::unique_ptr<plugin::Object> FileLocks::open(const memory::Place& place,
                                                stagger_type type) const {
    if (type == STAGGER_MUTEX) return memory::make_owned_mutex(*locks_[place.object]);
    if (type == STAGGER_RWLOCK) return memory::make_owned_rwlock(*locks_[place.object]);
    return memory::make_guarded(place, type);
}

// A lock that somebody left locked is one of a file that has no name any more.
void FileLocks::create_files() const {
    for (const auto& lock : locks_) {
        if (lock == nullptr) continue;
        unlink(lock->path().c_str());
        const int file =
            ::open(lock->path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file == -1) plugin::fail_system("open of " + lock->path(), errno);
        close(file);
    }
}

void FileLocks::remove_files() const {
    for (const auto& lock : locks_)
        if (lock != nullptr) unlink(lock->path().c_str());
    unlink(data_.path().c_str());
}

void FileLocks::reset() const {
    for (const auto& lock : locks_)
        if (lock != nullptr) lock->reset();
    data_.reset();
    content_->reset();
}

std::vector<std::string> FileLocks::paths(const plugin::Config& config) {
    std::vector<std::string> paths;
    const std::vector<plugin::ObjectSpec> objects = config.objects();
    for (std::size_t i = 0; i < objects.size(); ++i)
        if (is_lock(objects[i].type)) paths.push_back(lock_path(config, i));
    paths.push_back(path_of_data(config));
    return paths;
}

}  // namespace stagger::file
