// SPDX-License-Identifier: Apache-2.0
//
// Shared memory that a process keeps track of, so that nothing is left behind if it dies. Each
// process that only attaches does so, too, and when the first of them ends, its tracker removes the
// name: the next to attach finds nothing, although the owner lives and has not removed anything.
//
// Reported in https://github.com/python/cpython/issues/82300 . Fixed by leaving the removal to the
// owner (`track=False` since Python 3.13).
#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>

#include <stagger/backend.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Tracked : std::uint8_t { ByAll, ByOwner };

using Number = std::atomic<std::int64_t>;

constexpr std::int64_t kContent = 42;

Tracked tracked;
std::string name;  // chosen by the host, inherited by all

// Attaches, looks, and ends, as a process with such a tracker does.
stagger_status visit(stagger_peer*, const stagger_call*) {
    const zoo::Descriptor file(shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0600));
    if (!file.is_open()) {
        plugin::detail::host->fail("there is no such shared memory");
        return STAGGER_ERROR;
    }
    void* const memory =
        mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) {
        plugin::detail::host->fail("the shared memory could not be mapped");
        return STAGGER_ERROR;
    }
    const std::string seen = wire::encode_integer(*static_cast<Number*>(memory));
    munmap(memory, sizeof(Number));
    if (tracked == Tracked::ByAll) shm_unlink(name.c_str());
    plugin::detail::host->set_result(seen.data(), seen.size());
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"visit", "attaches to the shared memory, reads it, and ends", visit},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"tracked", "by-all|by-owner", "by-all", "who removes the name at its end"},
    {nullptr, nullptr, nullptr, nullptr},
};

class TrackedSegment : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {
            "zoo_tracked_segment", "shared memory with one owner and many visitors", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit TrackedSegment(const plugin::Config& config) {
        tracked = config.choose<Tracked>("tracked", {"by-all", "by-owner"});
        name = "/" + config.prefix() + "tracked";
        TrackedSegment::reset_shared();
    }
    ~TrackedSegment() override { shm_unlink(name.c_str()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<plugin::NoObjects>();
    }
    // The owner's part.
    void reset_shared() override {
        shm_unlink(name.c_str());
        const zoo::Descriptor file(
            shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.is_open()) plugin::fail_system("shm_open of " + name, errno);
        if (pwrite(file.get(), &kContent, sizeof kContent, 0) != sizeof kContent)
            plugin::fail_system("pwrite", errno);
    }
};

}  // namespace

STAGGER_BACKEND(TrackedSegment)
