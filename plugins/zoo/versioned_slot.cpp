// SPDX-License-Identifier: Apache-2.0
//
// A slot of a ring in shared memory: one writes, others read, nobody locks. The writer makes the
// version odd, copies the message in and makes the version even again. The reader waits for an even
// version and copies the message out; but while it copies, the writer may have come back.
//
// Reported in https://github.com/rezabrizi/AtomicRing/issues/4 . Fixed by reading the version again
// after the copy, and starting over if it has changed.
#include <atomic>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Check : std::uint8_t { Before, BeforeAndAfter };

constexpr std::size_t kWords = 8;
constexpr std::size_t kBytes = kWords * sizeof(std::uint64_t);

// Words, not bytes, so that compilers on all machines copy in the same steps.
struct Slot {
    std::atomic<std::uint64_t> version;
    std::atomic<std::uint64_t> size;
    std::atomic<std::uint64_t> word[kWords];
};

std::size_t words_of(std::size_t bytes) {
    return (bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
}

class VersionedRegister : public plugin::Register {
public:
    VersionedRegister(Slot& slot, Check check, std::uint64_t size)
        : slot_(slot), check_(check), size_(size) {}

    void store(std::string_view message) override {
        const std::string value = plugin::pad(message, size_);
        if (value.size() > kBytes) throw plugin::Failure("a slot holds 64 bytes, encoded");
        std::uint64_t words[kWords] = {};
        memcpy(words, value.data(), value.size());
        const std::uint64_t version = slot_.version.load();
        slot_.version.store(version + 1);
        slot_.size.store(value.size());
        for (std::size_t i = 0; i < words_of(value.size()); ++i) slot_.word[i].store(words[i]);
        slot_.version.store(version + 2);
    }

    std::string load() override {
        for (;;) {
            const std::uint64_t version = slot_.version.load();
            if (version % 2 != 0) continue;
            const std::string value = copy();
            if (check_ == Check::Before || slot_.version.load() == version)
                return std::string(plugin::unpad(value, size_));
        }
    }

private:
    std::string copy() const {
        std::uint64_t words[kWords];
        const std::size_t size = slot_.size.load();
        for (std::size_t i = 0; i < words_of(size); ++i) words[i] = slot_.word[i].load();
        return {reinterpret_cast<const char*>(words), size};
    }

    Slot& slot_;
    const Check check_;
    const std::uint64_t size_;  // of a message with its checked padding
};

constexpr std::size_t kMostSlots = 16;

struct Slots {
    Slot slot[kMostSlots];
};

constexpr stagger_option kOptions[] = {
    {"check", "before|before-and-after", "before", "when a reader looks at the version"},
    {nullptr, nullptr, nullptr, nullptr},
};

class VersionedSlots : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_versioned_slot", "messages in shared memory under a version", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit VersionedSlots(const plugin::Config& config)
        : objects_(config.objects()),
          check_(config.choose<Check>("check", {"before", "before-and-after"})) {
        if (objects_.size() > kMostSlots) throw plugin::Failure("there are at most 16 slots");
        VersionedSlots::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects slots;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            slots.push_back(std::make_unique<VersionedRegister>(slots_->slot[i], check_,
                                                                objects_[i].value_size));
        return std::make_unique<plugin::ObjectPeer>(std::move(slots));
    }

    void reset_shared() override {
        slots_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            VersionedRegister(slots_->slot[i], check_, objects_[i].value_size)
                .store(objects_[i].initial);
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Check check_;
    zoo::Shared<Slots> slots_;
};

}  // namespace

STAGGER_BACKEND(VersionedSlots)
