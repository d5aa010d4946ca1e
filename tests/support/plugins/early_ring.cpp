// SPDX-License-Identifier: Apache-2.0
//
// A ring whose places can be taken from before anything was written there; a reset empties it and
// leaves what was written. So what comes out too early depends on what ran before.
#include <errno.h>
#include <sys/mman.h>

#include <atomic>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

struct Ring {
    std::atomic<std::uint32_t> head, tail;
    std::int64_t places[64];
};

class EarlyRing : public plugin::Queue {
public:
    explicit EarlyRing(Ring& ring) : ring_(ring) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const std::uint32_t place = ring_.tail.fetch_add(1);
        ring_.places[place % 64] = wire::decode_integer(value).value_or(0);
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline) override {
        const std::uint32_t head = ring_.head.load();
        if (head == ring_.tail.load()) return {STAGGER_EMPTY};
        const std::int64_t value = ring_.places[head % 64];
        ring_.head.store(head + 1);
        return plugin::Reply::of(wire::encode_integer(value));
    }

private:
    Ring& ring_;
};

class EarlyRings : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"early_ring", "a ring that can be read too early", {}};
        about.operations[STAGGER_QUEUE] = plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE});
        return about;
    }
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        return promise;
    }

    explicit EarlyRings(const plugin::Config&) {
        void* const memory =
            mmap(nullptr, sizeof(Ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        ring_ = static_cast<Ring*>(memory);
    }
    ~EarlyRings() override { munmap(ring_, sizeof(Ring)); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<EarlyRing>(*ring_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        ring_->head = 0;
        ring_->tail = 0;
    }

private:
    Ring* ring_ = nullptr;
};

}  // namespace

STAGGER_BACKEND(EarlyRings)
