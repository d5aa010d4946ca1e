// SPDX-License-Identifier: Apache-2.0
//
// The backend `private`: what happens when processes only believe that they share something. The
// objects lie in ordinary private memory, made before the processes are forked: each has its own
// copy, at the same address, which its threads share.
#include <errno.h>
#include <sys/mman.h>

#include "plugins/memory/store.hpp"

namespace stagger::memory {
namespace {

class PrivateBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"private", "each process has its own copy of every object", kOperations};
    }

    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.spurious_wakeups = 1;
        promise.shared = 0;
        promise.stream_capacity = kStreamCapacity;
        return promise;
    }

    explicit PrivateBackend(const plugin::Config& config) : store_(config, StoreOptions{}) {
        memory_ = mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory_ == MAP_FAILED) plugin::fail_system("mmap of 64 MiB", errno);
        store_.create(region());
    }
    ~PrivateBackend() override { munmap(memory_, kRegionSize); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<PrivatePeer>(store_, region());
    }

private:
    // Resetting its own copy is a process's own business.
    class PrivatePeer : public StorePeer {
    public:
        PrivatePeer(const Store& store, const Region& region)
            : StorePeer(store, region), store_(store), region_(region) {}
        void reset() override {
            store_.create(region_);
            StorePeer::reset();
        }

    private:
        const Store& store_;
        const Region region_;
    };

    Region region() const { return Region(memory_, store_.fixed_size()); }

    Store store_;
    void* memory_ = nullptr;
};

}  // namespace
}  // namespace stagger::memory

STAGGER_BACKEND(stagger::memory::PrivateBackend)
