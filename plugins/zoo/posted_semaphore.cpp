// SPDX-License-Identifier: Apache-2.0
//
// A semaphore whose word is its value, or -1 where somebody sleeps, with a count of sleepers beside
// it. Who posts makes -1 a 1 and then wakes one. If it is killed between the two, or held up there,
// those who post after it find no -1 any more and wake nobody: a process sleeps on, although the
// semaphore is open.
//
// Fixed in musl by commit 882aedf6a1 ( https://git.musl-libc.org/cgit/musl/commit/?id=882aedf6a1 ):
// who posts wakes also where the count says that somebody sleeps.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Wake : std::uint8_t { ByValue, ByCount };

constexpr std::int32_t kSomebodySleeps = -1;

struct State {
    std::atomic<std::int32_t> value, sleepers;
};

class PostedSemaphore : public plugin::Semaphore {
public:
    PostedSemaphore(State& state, Wake wake) : state_(state), wake_(wake) {}

    stagger_status acquire(plugin::Deadline deadline) override {
        while (!take_permit()) {
            if (!deadline.never()) return STAGGER_TIMEOUT;
            state_.sleepers.fetch_add(1);
            std::int32_t closed = 0;
            state_.value.compare_exchange_strong(closed, kSomebodySleeps);
            futex(FUTEX_WAIT, kSomebodySleeps);
            state_.sleepers.fetch_sub(1);
        }
        return STAGGER_OK;
    }

    void release() override {
        std::int32_t value = 0, sleepers = 0;
        do {
            value = state_.value;
            sleepers = state_.sleepers;
        } while (!state_.value.compare_exchange_strong(value, std::max(value, 0) + 1));
        const bool counts = wake_ == Wake::ByCount && sleepers > 0;
        if (value == kSomebodySleeps || counts) futex(FUTEX_WAKE, 1);
    }

    std::string snapshot() override {
        return wire::encode_integer(std::max(state_.value.load(), 0));
    }

private:
    // The last permit leaves -1 behind for those who still sleep.
    bool take_permit() {
        for (std::int32_t value = state_.value; value > 0; value = state_.value) {
            const bool last = value == 1 && state_.sleepers > 0;
            if (state_.value.compare_exchange_strong(value, last ? kSomebodySleeps : value - 1))
                return true;
        }
        return false;
    }

    void futex(int operation, std::int32_t value) {
        syscall(SYS_futex, &state_.value, operation, value, nullptr, nullptr, 0);
    }

    State& state_;
    const Wake wake_;
};

constexpr std::size_t kMostSemaphores = 8;

struct States {
    State state[kMostSemaphores];
};

constexpr stagger_option kOptions[] = {
    {"wake", "by-value|by-count", "by-value", "what tells who posts that somebody sleeps"},
    {nullptr, nullptr, nullptr, nullptr},
};

class PostedSemaphores : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_posted_semaphore", "semaphores with a count of sleepers", {}, kOptions};
        about.operations[STAGGER_SEMAPHORE] = plugin::kAllOperations[STAGGER_SEMAPHORE];
        return about;
    }

    explicit PostedSemaphores(const plugin::Config& config)
        : objects_(config.objects()), wake_(config.choose<Wake>("wake", {"by-value", "by-count"})) {
        if (objects_.size() > kMostSemaphores)
            throw plugin::Failure("there are at most 8 semaphores");
        PostedSemaphores::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects semaphores;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            semaphores.push_back(std::make_unique<PostedSemaphore>(states_->state[i], wake_));
        return std::make_unique<plugin::ObjectPeer>(std::move(semaphores));
    }

    void reset_shared() override {
        states_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            states_->state[i].value =
                static_cast<std::int32_t>(wire::decode_integer(objects_[i].initial).value_or(0));
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Wake wake_;
    zoo::Shared<States> states_;
};

}  // namespace

STAGGER_BACKEND(PostedSemaphores)
