// SPDX-License-Identifier: Apache-2.0
//
// What makes the operations on the file's objects exclusive, and the objects that are locks
// themselves. A mutex or read-write lock is a file of its own, locked while it is held, which says
// so: where that is left behind without a lock, its owner died. Files of the
// case are made and removed by the host; the rest is each process's own.
#pragma once

#include <memory>

#include "plugins/file/locked_file.hpp"
#include "plugins/memory/guarded.hpp"

namespace stagger::file {

// The content of the data file, as a process sees it.
class Content {
public:
    virtual ~Content() = default;
    virtual memory::Region region() const = 0;
    // Around each operation. Requires: `file` is locked by the calling task.
    virtual void fetch(int file) = 0;
    virtual void put_back(int file) = 0;
    // As if just made.
    virtual void reset() = 0;
};

// A mutex or read-write lock: a byte in the file says that somebody holds it for writing.
class LockFile : public memory::OwnedLock {
public:
    LockFile(std::string path, LockKind kind, std::uint32_t tasks)
        : OwnedLock(tasks), file_(std::move(path), kind, tasks) {}

    void reset() override;
    const std::string& path() const { return file_.path(); }

protected:
    bool take(Mode mode, plugin::Deadline deadline) override;
    void release(Mode mode) override { file_.unlock(mode); }
    bool is_owned() const override;
    void set_owned(bool owned) override;

private:
    LockedFile file_;
};

class FileLocks : public memory::OwnLocks {
public:
    FileLocks(const plugin::Config& config, LockKind kind);

    std::unique_ptr<memory::Guard> guard(memory::Sleeper* sleepers) const override;
    std::uint64_t cell_size(stagger_type type, std::uint32_t tasks) const override;
    bool create(const memory::Place& place, const plugin::ObjectSpec& spec) const override;
    std::unique_ptr<plugin::Object> open(const memory::Place& place,
                                         stagger_type type) const override;

    // Requires, for a guard: set once, in the host.
    void set_content(Content& content) { content_ = &content; }
    const std::string& data_path() const { return data_.path(); }
    // The locks' files are made anew, so that nobody holds one.
    void create_files() const;
    void remove_files() const;
    void reset() const override;

    // Every path that the case uses.
    static std::vector<std::string> paths(const plugin::Config& config);

private:
    std::vector<std::unique_ptr<LockFile>> locks_;  // by object; null where it is no lock
    mutable LockedFile data_;
    Content* content_ = nullptr;
};

}  // namespace stagger::file
