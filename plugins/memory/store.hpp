// SPDX-License-Identifier: Apache-2.0
//
// All objects of a case in one region: where each cell lies, how it is set up, and the objects that
// a process works with. A backend adds where the memory comes from.
#pragma once

#include <vector>

#include "plugins/memory/channels.hpp"

namespace stagger::memory {

// What a store can hold.
inline constexpr auto kOperations = plugin::operations_on(
    {STAGGER_REGISTER, STAGGER_LIST, STAGGER_MAP, STAGGER_QUEUE, STAGGER_MUTEX, STAGGER_SEMAPHORE,
     STAGGER_EVENT, STAGGER_CONDITION, STAGGER_BARRIER, STAGGER_RWLOCK, STAGGER_STREAM,
     STAGGER_TOPIC, STAGGER_RPC});

// What a backend brings whose locks are not those of pthreads. One for the case; used in every
// process. Whatever it does not have itself, objects over its guard do: see guarded.hpp.
class OwnLocks {
public:
    virtual ~OwnLocks() = default;
    // What protects the objects in this process.
    virtual std::unique_ptr<Guard> guard(Sleeper* sleepers) const = 0;
    // Of these types: how large a cell is, what brings a zeroed one to its initial value, and the
    // object that works on it. 0, false and null: as in every store.
    virtual std::uint64_t cell_size(stagger_type, std::uint32_t tasks) const = 0;
    virtual bool create(const Place&, const plugin::ObjectSpec&) const = 0;
    virtual std::unique_ptr<plugin::Object> open(const Place&, stagger_type) const = 0;
    // Forgets what this process keeps, as if just made.
    virtual void reset() const {}
};

struct StoreOptions {
    LockKind lock = LockKind::Mutex;
    Order order = Order::SequentiallyConsistent;
    bool across_processes = false;
    std::string file = {};  // the shared memory's name, for LockKind::File
    ChannelOptions channels = {};
    const OwnLocks* own = nullptr;  // instead of `lock`
};

// Of a backend across processes, by its options `overflow` and `delivery`.
ChannelOptions channels_of(const plugin::Config&);
StoreOptions with_own_locks(const OwnLocks&, const plugin::Config&);
// What objects in memory that processes share promise, whatever locks they have.
stagger_contract shared_contract(const plugin::Config&);

// The guards of one process; they outlive its objects.
class Guards {
public:
    Guards(const StoreOptions& options, std::uint32_t tasks, Sleeper* sleepers);

    // What protects an object of this type: without a lock, the data alone is unprotected.
    Guard& of(stagger_type type) const;
    void reset();

private:
    std::unique_ptr<Guard> chosen_;
    std::unique_ptr<Guard> synchronising_;  // null: the chosen one
};

class Store {
public:
    Store(const plugin::Config& config, StoreOptions options);

    const StoreOptions& options() const { return options_; }
    std::uint32_t tasks() const { return tasks_; }
    std::uint64_t fixed_size() const { return fixed_size_; }

    // Sets the memory up: all zero when fresh, or as earlier executions left it.
    void create(const Region& region) const;
    plugin::ObjectPeer::Objects open(const Region& region, const Guards& guards) const;

    Guards guards(const Region& region) const;

private:
    Place place(const Region& region, const Guards& guards, std::size_t object) const;
    void create_object(const Place& place, std::size_t object) const;
    std::unique_ptr<plugin::Object> open_object(const Place& place, stagger_type type) const;

    std::vector<plugin::ObjectSpec> objects_;
    std::vector<std::uint64_t> cells_;  // by object: where it lies
    std::uint64_t sleepers_;            // where the sleepers lie, one per task
    StoreOptions options_;
    std::uint32_t tasks_;
    std::uint64_t fixed_size_;
};

// A process's attachment to a store, whose memory somebody else keeps mapped.
class StorePeer : public plugin::Peer {
public:
    StorePeer(const Store& store, const Region& region);

    plugin::Reply invoke(const plugin::Call& call) override;
    void reset() override;

private:
    // Per task: the robust mutexes it held at reset are to be forgotten by its own thread.
    struct TaskState {
        std::uint32_t epoch = 0;
        std::uint32_t held = 0;
    };
    void count_held(const plugin::Call& call, stagger_status status);

    Guards guards_;
    plugin::ObjectPeer objects_;
    const OwnLocks* const own_;
    const bool robust_;
    // Not 0, so that a task's first call goes the same way with and without a reset before.
    std::uint32_t epoch_ = 1;
    std::vector<TaskState> task_states_;
};

}  // namespace stagger::memory
