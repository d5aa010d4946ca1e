// SPDX-License-Identifier: Apache-2.0
//
// The backend `shm`: POSIX shared memory. The host makes it under a name, each process opens it by
// that name and maps it where it likes, the host removes the name at the end.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugins/memory/store.hpp"

namespace stagger::memory {
namespace {

std::string file_name(const plugin::Config& config) {
    return "/" + config.prefix() + "shm";
}

// A mapping of the whole shared memory, for as long as it lives.
class Mapping {
public:
    Mapping(const std::string& name, int flags) {
        const int file = shm_open(name.c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
        if (file == -1) plugin::fail_system("shm_open of " + name, errno);
        int error = 0;
        if ((flags & O_CREAT) != 0 && ftruncate(file, kRegionSize) == -1) error = errno;
        if (error == 0) {
            base_ = mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (base_ == MAP_FAILED) error = errno;
        }
        close(file);
        if (error == 0) return;
        if ((flags & O_CREAT) != 0) shm_unlink(name.c_str());
        plugin::fail_system("mapping the shared memory " + name, error);
    }
    ~Mapping() { munmap(base_, kRegionSize); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    void* base() const { return base_; }

private:
    void* base_ = nullptr;
};

class ShmPeer : public StorePeer {
public:
    ShmPeer(const Store& store, std::unique_ptr<Mapping> mapping)
        : StorePeer(store, Region(mapping->base(), store.fixed_size())),
          mapping_(std::move(mapping)) {}

private:
    std::unique_ptr<Mapping> mapping_;
};

constexpr stagger_option kOptions[] = {
    {"lock", "none|mutex|robust|spin|semaphore|file", "mutex",
     "what protects the operations of each object"},
    {"order", "relaxed|acq_rel|seq_cst", "seq_cst",
     "the memory order of a register's operations where lock is none"},
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

StoreOptions options(const plugin::Config& config) {
    return {
        config.choose<LockKind>("lock", {"none", "mutex", "robust", "spin", "semaphore", "file"}),
        config.choose<Order>("order", {"relaxed", "acq_rel", "seq_cst"}), true, file_name(config),
        channels_of(config)};
}

class ShmBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"shm", "POSIX shared memory, with the lock of your choice", kOperations, kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        const LockKind lock = options(config).lock;
        stagger_contract promise = shared_contract(config);
        promise.robust = lock == LockKind::Robust;
        promise.spurious_wakeups = 1;
        // Without a lock, only an integer is written in one piece.
        promise.atomic_write = lock == LockKind::None ? sizeof(std::int64_t) : 0;
        return promise;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        const int file = shm_open(file_name(config).c_str(), O_RDONLY | O_CLOEXEC, 0);
        if (file == -1) return;
        close(file);
        found("shared memory " + file_name(config));
    }

    explicit ShmBackend(const plugin::Config& config)
        : name_(file_name(config)),
          store_(config, options(config)),
          mapping_(name_, O_CREAT | O_EXCL) {
        try {
            store_.create(region());
        } catch (...) {
            shm_unlink(name_.c_str());
            throw;
        }
    }
    ~ShmBackend() override { shm_unlink(name_.c_str()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<ShmPeer>(store_, std::make_unique<Mapping>(name_, 0));
    }
    void reset_shared() override { store_.create(region()); }

private:
    Region region() const { return Region(mapping_.base(), store_.fixed_size()); }

    const std::string name_;
    const Store store_;
    const Mapping mapping_;
};

}  // namespace
}  // namespace stagger::memory

STAGGER_BACKEND(stagger::memory::ShmBackend)
