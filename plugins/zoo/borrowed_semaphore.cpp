// SPDX-License-Identifier: Apache-2.0
//
// A semaphore of two words, how many may pass and how many sleep, in memory that lives as long as
// one request. Posting adds to the first and then looks at the second. Who waits may have passed
// already, and given the memory back: the look goes to memory that is not there any more.
//
// Reported for sem_post in https://sourceware.org/bugzilla/show_bug.cgi?id=12674 . Fixed in glibc
// 2.21 by one word for both numbers, which the addition itself brings back: after it nothing is
// touched.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "plugins/zoo/actors_on_a_pipe.hpp"

namespace {

using namespace stagger;

enum class Words : std::uint8_t { Two, One };

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kSleeper = std::uint64_t{1} << 32;

Words words;
zoo::Ends* requests = nullptr;  // made by the host, inherited by all

// The lower half of `both` is `value` again, and is what the kernel looks at.
struct Semaphore {
    std::atomic<std::uint32_t> value, sleepers;
    std::atomic<std::uint64_t> both;
};

void futex(void* word, int operation, std::uint32_t value) {
    syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

void post(Semaphore& semaphore) {
    if (words == Words::One) {
        const std::uint64_t before = semaphore.both.fetch_add(1);
        if (before >= kSleeper) futex(&semaphore.both, FUTEX_WAKE, 1);
        return;
    }
    semaphore.value.fetch_add(1);
    if (semaphore.sleepers.load() > 0) futex(&semaphore.value, FUTEX_WAKE, 1);
}

void wait_for_two_words(Semaphore& semaphore) {
    for (;;) {
        std::uint32_t value = semaphore.value.load();
        if (value > 0 && semaphore.value.compare_exchange_strong(value, value - 1)) return;
        if (value > 0) continue;
        semaphore.sleepers.fetch_add(1);
        futex(&semaphore.value, FUTEX_WAIT, 0);
        semaphore.sleepers.fetch_sub(1);
    }
}

void wait_for_one_word(Semaphore& semaphore) {
    for (;;) {
        std::uint64_t both = semaphore.both.load();
        const bool open = static_cast<std::uint32_t>(both) > 0;
        if (open && semaphore.both.compare_exchange_strong(both, both - 1)) return;
        if (open) continue;
        semaphore.both.fetch_add(kSleeper);
        futex(&semaphore.both, FUTEX_WAIT, 0);
        semaphore.both.fetch_sub(kSleeper);
    }
}

stagger_status request(stagger_peer*, const stagger_call*) {
    void* const memory =
        mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        plugin::detail::host->fail("there is no memory for the request");
        return STAGGER_ERROR;
    }
    auto* const done = new (memory) Semaphore();
    zoo::write_all(requests->write.get(), {reinterpret_cast<const char*>(&done), sizeof done});
    words == Words::One ? wait_for_one_word(*done) : wait_for_two_words(*done);
    munmap(memory, kPage);
    return STAGGER_OK;
}

stagger_status answer(stagger_peer*, const stagger_call*) {
    const std::string bytes = zoo::read_exactly(requests->read.get(), sizeof(Semaphore*));
    Semaphore* done = nullptr;
    std::memcpy(&done, bytes.data(), sizeof done);
    post(*done);
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"request", "hands over a request, and waits until it is answered", request},
    {"answer", "takes a request, and says that it is answered", answer},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"words", "two|one", "two", "how many words the semaphore's two numbers are in"},
    {nullptr, nullptr, nullptr, nullptr},
};

class BorrowedSemaphore : public zoo::ActorsOnAPipe {
public:
    static plugin::Description describe() {
        return {"zoo_borrowed_semaphore", "a semaphore that is gone after its use", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit BorrowedSemaphore(const plugin::Config& config) {
        words = config.choose<Words>("words", {"two", "one"});
        requests = &pipe_;
    }
};

}  // namespace

STAGGER_BACKEND(BorrowedSemaphore)
