// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/store.hpp"

#include "plugins/memory/sync.hpp"

namespace stagger::memory {
namespace {

std::uint64_t cell_size(stagger_type type, std::uint32_t tasks) {
    switch (type) {
        case STAGGER_REGISTER:
            return sizeof(RegisterCell);
        case STAGGER_LIST:
        case STAGGER_MAP:
            return sizeof(SequenceCell);
        case STAGGER_QUEUE:
            return sizeof(QueueCell);
        case STAGGER_MUTEX:
            return sizeof(MutexCell);
        case STAGGER_SEMAPHORE:
            return sizeof(SemaphoreCell);
        case STAGGER_EVENT:
            return sizeof(EventCell);
        case STAGGER_CONDITION:
            return sizeof(ConditionCell);
        case STAGGER_BARRIER:
            return sizeof(BarrierCell);
        case STAGGER_RWLOCK:
            return RwLockCell::size(tasks);
        case STAGGER_STREAM:
            return sizeof(StreamCell);
        case STAGGER_TOPIC:
            return TopicCell::size(tasks);
        case STAGGER_RPC:
            return RpcCell::size(tasks);
        default:
            break;
    }
    throw plugin::Failure("an object of an unknown type");
}

}  // namespace

ChannelOptions channels_of(const plugin::Config& config) {
    return {plugin::drops(config), plugin::executions_of(config)};
}

StoreOptions with_own_locks(const OwnLocks& locks, const plugin::Config& config) {
    StoreOptions options;
    options.across_processes = true;
    options.channels = channels_of(config);
    options.own = &locks;
    return options;
}

stagger_contract shared_contract(const plugin::Config& config) {
    stagger_contract promise{};
    promise.shared = 1;
    promise.stream_capacity = kStreamCapacity;
    promise.topic_lossy = plugin::drops(config);
    promise.executions = plugin::executions_of(config);
    return promise;
}

Guards::Guards(const StoreOptions& options, std::uint32_t tasks, Sleeper* sleepers)
    : chosen_(options.own != nullptr ? options.own->guard(sleepers)
                                     : make_guard({options.lock, options.across_processes, sleepers,
                                                   tasks, options.file})) {
    if (options.lock == LockKind::None)
        synchronising_ = make_guard({LockKind::Mutex, options.across_processes});
}

Guard& Guards::of(stagger_type type) const {
    const bool synchronises = type == STAGGER_EVENT || type == STAGGER_BARRIER;
    return synchronises && synchronising_ ? *synchronising_ : *chosen_;
}

void Guards::reset() {
    chosen_->reset();
}

Store::Store(const plugin::Config& config, StoreOptions options)
    : objects_(config.objects()),
      options_(std::move(options)),
      tasks_(config.tasks()),
      fixed_size_(Region::kFirstOffset) {
    // Cells do not share cache lines, as in any shared structure that several cores write.
    const auto reserve = [this](std::uint64_t size) {
        constexpr std::uint64_t kCacheLine = 64;
        const std::uint64_t place = (fixed_size_ + kCacheLine - 1) / kCacheLine * kCacheLine;
        fixed_size_ = place + size;
        return place;
    };
    for (const plugin::ObjectSpec& object : objects_) {
        const std::uint64_t own =
            options_.own != nullptr ? options_.own->cell_size(object.type, tasks_) : 0;
        cells_.push_back(reserve(own != 0 ? own : cell_size(object.type, tasks_)));
    }
    sleepers_ = reserve(tasks_ * sizeof(Sleeper));
    fixed_size_ = reserve(0);
    if (fixed_size_ > kRegionSize) throw plugin::Failure("the objects do not fit into 64 MiB");
}

Place Store::place(const Region& region, const Guards& guards, std::size_t object) const {
    const plugin::ObjectSpec& spec = objects_[object];
    return {region,
            cells_[object],
            &guards.of(spec.type),
            static_cast<std::uint32_t>(object),
            spec.value_size,
            spec.capacity,
            tasks_};
}

Guards Store::guards(const Region& region) const {
    return Guards(options_, tasks_, &region.at<Sleeper>(sleepers_));
}

void Store::create(const Region& region) const {
    const Guards guards = this->guards(region);
    region.clear();
    const bool sleepers = options_.lock == LockKind::Semaphore || options_.lock == LockKind::File;
    for (std::uint32_t i = 0; sleepers && i < tasks_; ++i)
        sem_init(&region.at<Sleeper>(sleepers_ + i * sizeof(Sleeper)).wake, 1, 0);
    for (std::size_t i = 0; i < objects_.size(); ++i) create_object(place(region, guards, i), i);
}

void Store::create_object(const Place& place, std::size_t object) const {
    const plugin::ObjectSpec& spec = objects_[object];
    const bool across = options_.across_processes;
    if (options_.own != nullptr && options_.own->create(place, spec)) return;
    switch (spec.type) {
        case STAGGER_REGISTER:
            return create_register(place, spec.initial);
        case STAGGER_LIST:
        case STAGGER_MAP:
            return create_sequence(place, spec.initial);
        case STAGGER_QUEUE:
            return create_queue(place, spec.initial);
        case STAGGER_MUTEX:
            return create_mutex(place.region.at<MutexCell>(place.cell).mutex, across,
                                options_.lock == LockKind::Robust);
        case STAGGER_SEMAPHORE:
            return create_semaphore(place, spec.initial, across);
        case STAGGER_EVENT:
            return create_event(place, spec.initial);
        case STAGGER_CONDITION:
            return create_condition(place.region.at<ConditionCell>(place.cell).condition, across);
        case STAGGER_BARRIER:
            return create_barrier(place);
        case STAGGER_RWLOCK:
            return create_rwlock(place, across);
        case STAGGER_STREAM:
            return create_stream(place);
        case STAGGER_TOPIC:
            return create_topic(place);
        case STAGGER_RPC:
            return create_rpc(place);
        default:
            break;
    }
}

plugin::ObjectPeer::Objects Store::open(const Region& region, const Guards& guards) const {
    plugin::ObjectPeer::Objects objects;
    for (std::size_t i = 0; i < objects_.size(); ++i)
        objects.push_back(open_object(place(region, guards, i), objects_[i].type));
    return objects;
}

std::unique_ptr<plugin::Object> Store::open_object(const Place& place, stagger_type type) const {
    if (options_.own != nullptr)
        if (auto object = options_.own->open(place, type)) return object;
    switch (type) {
        case STAGGER_REGISTER:
            return make_register(place, options_.order, options_.lock == LockKind::None);
        case STAGGER_LIST:
            return make_list(place);
        case STAGGER_MAP:
            return make_map(place);
        case STAGGER_QUEUE:
            return make_queue(place);
        case STAGGER_MUTEX:
            return make_mutex(place);
        case STAGGER_SEMAPHORE:
            return make_semaphore(place);
        case STAGGER_EVENT:
            return make_event(place);
        case STAGGER_CONDITION:
            return make_condition(place);
        case STAGGER_BARRIER:
            return make_barrier(place);
        case STAGGER_RWLOCK:
            return make_rwlock(place);
        case STAGGER_STREAM:
            return make_stream(place);
        case STAGGER_TOPIC:
            return make_topic(place, options_.channels);
        case STAGGER_RPC:
            return make_rpc(place, options_.channels);
        default:
            return nullptr;
    }
}

StorePeer::StorePeer(const Store& store, const Region& region)
    : guards_(store.guards(region)),
      objects_(store.open(region, guards_)),
      own_(store.options().own),
      robust_(store.options().lock == LockKind::Robust),
      task_states_(store.tasks()) {}

plugin::Reply StorePeer::invoke(const plugin::Call& call) {
    if (!robust_) return objects_.invoke(call);
    TaskState& task = task_states_.at(call.task);
    if (task.epoch != epoch_) {
        if (task.held > 0) forget_held_mutexes();
        task = {epoch_, 0};
    }
    plugin::Reply reply = objects_.invoke(call);
    count_held(call, reply.status);
    return reply;
}

void StorePeer::count_held(const plugin::Call& call, stagger_status status) {
    std::uint32_t& held = task_states_[call.task].held;
    if (call.operation == STAGGER_LOCK && (status == STAGGER_OK || status == STAGGER_OWNER_DEAD))
        ++held;
    if (call.operation == STAGGER_UNLOCK && status == STAGGER_OK && held > 0) --held;
}

void StorePeer::reset() {
    guards_.reset();
    if (own_ != nullptr) own_->reset();
    ++epoch_;
}

}  // namespace stagger::memory
