// SPDX-License-Identifier: Apache-2.0
//
// The backend `ring`: lock-free rings and seqlocks in shared memory that every process inherits.
// Queues, topics and registers; what needs more than that needs a lock.
#include "plugins/ring/ring.hpp"

namespace stagger::ring {
namespace {

class Rings : public memory::OwnLocks {
public:
    explicit Rings(Kind kind) : kind_(kind) {}

    std::unique_ptr<memory::Guard> guard(memory::Sleeper*) const override {
        return memory::make_guard({memory::LockKind::None, true});
    }
    std::uint64_t cell_size(stagger_type type, std::uint32_t tasks) const override {
        if (type == STAGGER_QUEUE) return sizeof(QueueCell);
        return type == STAGGER_TOPIC ? TopicCell::size(tasks) : sizeof(SeqlockCell);
    }
    bool create(const memory::Place& place, const plugin::ObjectSpec& spec) const override {
        if (spec.type == STAGGER_QUEUE)
            ring::create_queue(place, spec.initial);
        else if (spec.type == STAGGER_TOPIC)
            ring::create_topic(place);
        else
            ring::create_register(place, spec.initial);
        return true;
    }
    std::unique_ptr<plugin::Object> open(const memory::Place& place,
                                         stagger_type type) const override {
        if (type == STAGGER_QUEUE) return make_queue(place, kind_);
        return type == STAGGER_TOPIC ? make_topic(place) : make_register(place);
    }

private:
    const Kind kind_;
};

constexpr stagger_option kOptions[] = {
    {"ring", "mpmc|spsc", "mpmc",
     "whether many tasks may put into a queue and take from it, or one task each"},
    {nullptr, nullptr, nullptr, nullptr},
};

class RingBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"ring", "lock-free rings and seqlocks in shared memory",
                plugin::operations_on({STAGGER_REGISTER, STAGGER_QUEUE, STAGGER_TOPIC}), kOptions};
    }

    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.default_capacity = kCapacity;
        promise.topic_capacity = kCapacity;
        return promise;
    }

    explicit RingBackend(const plugin::Config& config)
        : rings_(config.choose<Kind>("ring", {"mpmc", "spsc"})), store_(config, store_options()) {
        store_.create(region());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<memory::StorePeer>(store_, region());
    }
    void reset_shared() override { store_.create(region()); }

private:
    memory::StoreOptions store_options() const {
        memory::StoreOptions options;
        options.across_processes = true;
        options.own = &rings_;
        return options;
    }
    memory::Region region() const { return {memory_.base(), store_.fixed_size()}; }

    const Rings rings_;
    const memory::Store store_;
    const memory::InheritedMemory memory_;
};

}  // namespace
}  // namespace stagger::ring

STAGGER_BACKEND(stagger::ring::RingBackend)
