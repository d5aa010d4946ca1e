// SPDX-License-Identifier: Apache-2.0
//
// The backend `sysv`: System V shared memory for what objects hold, a semaphore set for their
// locks, and a message queue for each queue. The host makes all under keys of its own and removes
// them; processes inherit the ids and attach the memory where they like.
#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "plugins/memory/guarded.hpp"
#include "plugins/sysv/message_queue.hpp"

namespace stagger::sysv {
namespace {

using memory::kRegionSize;
using memory::Region;

key_t memory_key(const plugin::Config& config) {
    return key_of(config, "memory");
}

// The shared memory itself, made and removed by the host.
class Segment {
public:
    explicit Segment(const plugin::Config& config)
        : id_(shmget(memory_key(config), kRegionSize,
                     IPC_CREAT | IPC_EXCL | SHM_NORESERVE | 0600)) {
        if (id_ == -1) plugin::fail_system("shmget of 64 MiB", errno);
    }
    ~Segment() { shmctl(id_, IPC_RMID, nullptr); }
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    int id() const { return id_; }

private:
    const int id_;
};

// As one process has it attached.
class Attachment {
public:
    explicit Attachment(int id) : base_(shmat(id, nullptr, 0)) {
        if (base_ == reinterpret_cast<void*>(-1)) plugin::fail_system("shmat", errno);
    }
    ~Attachment() { shmdt(base_); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

    void* base() const { return base_; }

private:
    void* const base_;
};

bool is_lock(stagger_type type) {
    return type == STAGGER_MUTEX || type == STAGGER_RWLOCK;
}

class SystemVLocks : public memory::OwnLocks {
public:
    SystemVLocks(const SemaphoreSet& set, const MessageQueues& queues)
        : set_(set), queues_(queues) {}

    std::unique_ptr<memory::Guard> guard(memory::Sleeper* sleepers) const override {
        return std::make_unique<SemaphoreGuard>(set_, sleepers);
    }
    std::uint64_t cell_size(stagger_type type, std::uint32_t tasks) const override {
        if (type == STAGGER_QUEUE) return sizeof(MessagesCell);
        if (is_lock(type) || type == STAGGER_SEMAPHORE) return sizeof(OwnedCell);
        return memory::guarded_cell_size(type, tasks);
    }
    bool create(const memory::Place& place, const plugin::ObjectSpec& spec) const override {
        if (is_lock(spec.type) || spec.type == STAGGER_SEMAPHORE) return true;
        if (spec.type != STAGGER_QUEUE) return memory::create_guarded(place, spec);
        create_queue(place, queues_, spec.initial);
        return true;
    }
    std::unique_ptr<plugin::Object> open(const memory::Place& place,
                                         stagger_type type) const override {
        if (type == STAGGER_QUEUE) return make_queue(place, queues_);
        if (type == STAGGER_SEMAPHORE) return make_semaphore(place, set_);
        if (!is_lock(type)) return memory::make_guarded(place, type);
        held_.push_back(std::make_unique<SemaphoreLock>(set_, place, type));
        return type == STAGGER_MUTEX ? memory::make_owned_mutex(*held_.back())
                                     : memory::make_owned_rwlock(*held_.back());
    }
    void reset() const override {
        for (const auto& lock : held_) lock->reset();
    }

private:
    const SemaphoreSet& set_;
    const MessageQueues& queues_;
    mutable std::vector<std::unique_ptr<SemaphoreLock>> held_;  // as this process knows them
};

class SystemVPeer : public memory::StorePeer {
public:
    SystemVPeer(const memory::Store& store, std::unique_ptr<Attachment> memory)
        : StorePeer(store, Region(memory->base(), store.fixed_size())),
          memory_(std::move(memory)) {}

private:
    std::unique_ptr<Attachment> memory_;
};

constexpr stagger_option kOptions[] = {
    {"undo", "on|off", "on",
     "SEM_UNDO: whether the kernel takes back the locks of a process that dies"},
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

bool undoes(const plugin::Config& config) {
    return config.option("undo") == "on";
}

class SystemVBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"sysv", "System V shared memory, semaphores and message queues",
                memory::kOperations, kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = memory::shared_contract(config);
        promise.robust = undoes(config) ? 1 : 0;
        promise.default_capacity = kMostHeld;
        return promise;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        if (shmget(memory_key(config), 0, 0) != -1) found("System V shared memory");
        if (semget(SemaphoreSet::key(config), 0, 0) != -1) found("System V semaphores");
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            if (msgget(MessageQueues::key(config, i), 0) != -1) found("System V message queue");
    }

    explicit SystemVBackend(const plugin::Config& config)
        : segment_(config),
          set_(config, undoes(config)),
          queues_(config),
          locks_(set_, queues_),
          store_(config, memory::with_own_locks(locks_, config)),
          memory_(segment_.id()) {
        SystemVBackend::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<SystemVPeer>(store_, std::make_unique<Attachment>(segment_.id()));
    }
    void reset_shared() override {
        set_.reset();
        store_.create(Region(memory_.base(), store_.fixed_size()));
    }

private:
    const Segment segment_;
    const SemaphoreSet set_;
    const MessageQueues queues_;
    const SystemVLocks locks_;
    const memory::Store store_;
    const Attachment memory_;
};

}  // namespace
}  // namespace stagger::sysv

STAGGER_BACKEND(stagger::sysv::SystemVBackend)
