// SPDX-License-Identifier: Apache-2.0
//
// The backend `file`: all objects lie in one file, and each operation takes the lock of that file.
// With `io = pread` it reads the file, works on the copy and writes that back; with `io = mmap` it
// works on the file as every process has it mapped. Mutexes and read-write locks are files of their
// own, locked for as long as they are held.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugins/file/file_locks.hpp"

namespace stagger::file {
namespace {

using memory::kRegionSize;
using memory::Region;

void* map(int flags, int file) {
    void* base = mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE, flags, file, 0);
    if (base == MAP_FAILED) plugin::fail_system("mmap of 64 MiB", errno);
    return base;
}

// The file itself, which needs neither reading nor writing.
class MappedContent : public Content {
public:
    MappedContent(const std::string& path, std::uint64_t fixed) : fixed_(fixed) {
        const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (file == -1) plugin::fail_system("open of " + path, errno);
        base_ = map(MAP_SHARED, file);
        close(file);
    }
    ~MappedContent() override { munmap(base_, kRegionSize); }

    Region region() const override { return Region(base_, fixed_); }
    void fetch(int) override {}
    void put_back(int) override {}
    void reset() override {}

private:
    const std::uint64_t fixed_;
    void* base_ = nullptr;
};

// A copy in this process. Its threads share it, and have it one at a time as they have the file.
// What is compared with it lies in a mapping, too: a buffer of the heap would be elsewhere, and
// have other room, depending on the executions before.
class CopiedContent : public Content {
public:
    explicit CopiedContent(std::uint64_t fixed)
        : fixed_(fixed), base_(map_private()), before_(map_private()) {}
    ~CopiedContent() override {
        munmap(base_, kRegionSize);
        munmap(before_, kRegionSize);
    }

    Region region() const override { return Region(base_, fixed_); }

    void fetch(int file) override {
        const std::uint64_t had = region().used();
        read_all(file, 0, fixed_);
        if (region().used() > fixed_) read_all(file, fixed_, region().used());
        if (region().used() < had) memset(bytes() + region().used(), 0, had - region().used());
        before_size_ = region().used();
        memcpy(before_, base_, before_size_);
    }
    // One write, so that the file is never seen half changed.
    void put_back(int file) override {
        const std::string_view now(bytes(), region().used());
        if (now == std::string_view(static_cast<char*>(before_), before_size_)) return;
        std::size_t done = 0;
        while (done < now.size()) {
            const ssize_t size =
                pwrite(file, now.data() + done, now.size() - done, static_cast<off_t>(done));
            if (size < 0 && errno != EINTR) plugin::fail_system("pwrite of the objects", errno);
            if (size > 0) done += static_cast<std::size_t>(size);
        }
    }

    // What the last execution left in it would decide which way the next fetch goes.
    void reset() override {
        memset(base_, 0, region().used());
        before_size_ = 0;
    }

private:
    static void* map_private() { return map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1); }
    char* bytes() const { return static_cast<char*>(base_); }

    void read_all(int file, std::uint64_t from, std::uint64_t to) const {
        while (from < to) {
            const ssize_t size = pread(file, bytes() + from, to - from, static_cast<off_t>(from));
            if (size < 0 && errno != EINTR) plugin::fail_system("pread of the objects", errno);
            if (size == 0) throw plugin::Failure("torn value: the file ends within the objects");
            if (size > 0) from += static_cast<std::uint64_t>(size);
        }
    }

    const std::uint64_t fixed_;
    void* const base_;
    void* const before_;
    std::uint64_t before_size_ = 0;
};

constexpr stagger_option kOptions[] = {
    {"lock", "flock|fcntl|ofd", "flock",
     "which of Linux's file locks: of an open file, of a process, or open file description locks"},
    {"io", "pread|mmap", "pread",
     "whether an operation reads and writes the file, or has it mapped"},
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class FileBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"file", "one file for all objects, and the file locks of your choice",
                memory::kOperations, kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = memory::shared_contract(config);
        promise.robust = 1;
        return promise;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (const std::string& path : FileLocks::paths(config))
            if (access(path.c_str(), F_OK) == 0) found("file " + path);
    }

    explicit FileBackend(const plugin::Config& config)
        : mapped_(config.option("io") == "mmap"),
          locks_(config, config.choose<LockKind>("lock", {"flock", "fcntl", "ofd"})),
          store_(config, memory::with_own_locks(locks_, config)) {
        try {
            make_data_file();
            if (mapped_)
                content_ = std::make_unique<MappedContent>(locks_.data_path(), store_.fixed_size());
            else
                content_ = std::make_unique<CopiedContent>(store_.fixed_size());
            locks_.set_content(*content_);
            FileBackend::reset_shared();
        } catch (...) {
            locks_.remove_files();
            throw;
        }
    }
    ~FileBackend() override { locks_.remove_files(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        if (mapped_) {
            content_ = std::make_unique<MappedContent>(locks_.data_path(), store_.fixed_size());
            locks_.set_content(*content_);
        }
        return std::make_unique<memory::StorePeer>(store_, content_->region());
    }

    void reset_shared() override {
        locks_.create_files();
        const int file = open_data_file(0);
        content_->fetch(file);
        store_.create(content_->region());
        content_->put_back(file);
        content_->reset();
        close(file);
    }

private:
    int open_data_file(int flags) const {
        const int file = ::open(locks_.data_path().c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
        if (file == -1) plugin::fail_system("open of " + locks_.data_path(), errno);
        return file;
    }
    void make_data_file() const {
        const int file = open_data_file(O_CREAT | O_EXCL);
        const int failed = ftruncate(file, kRegionSize) == 0 ? 0 : errno;
        close(file);
        if (failed != 0) plugin::fail_system("ftruncate of " + locks_.data_path(), failed);
    }

    const bool mapped_;
    FileLocks locks_;
    const memory::Store store_;
    std::unique_ptr<Content> content_;
};

}  // namespace
}  // namespace stagger::file

STAGGER_BACKEND(stagger::file::FileBackend)
