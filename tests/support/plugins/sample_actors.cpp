// SPDX-License-Identifier: Apache-2.0
//
// A user's own library under test, without any object: functions on a counter in shared memory,
// which a scenario calls by name.
#include <errno.h>
#include <sys/mman.h>

#include <atomic>

#include <stagger/backend.hpp>

namespace {

using namespace stagger::plugin;
namespace wire = stagger::wire;

struct Counter {
    std::int64_t plain;
    std::atomic<std::int64_t> atomic;
};

Counter* counter = nullptr;  // mapped by the host, inherited by all

stagger_status give(std::int64_t number) {
    const std::string bytes = wire::encode_integer(number);
    detail::host->set_result(bytes.data(), bytes.size());
    return STAGGER_OK;
}

// The value by which to count, 1 where the step gives none.
std::int64_t amount(const stagger_call* call) {
    return wire::decode_integer(view(call->value)).value_or(1);
}

stagger_status count_up(stagger_peer*, const stagger_call* call) {
    counter->plain += amount(call);
    return STAGGER_OK;
}
stagger_status count_up_safely(stagger_peer*, const stagger_call* call) {
    return give(counter->atomic.fetch_add(amount(call)));
}
stagger_status counted(stagger_peer*, const stagger_call*) {
    return give(counter->plain + counter->atomic.load());
}
stagger_status refuse(stagger_peer*, const stagger_call*) {
    detail::host->fail("this function always fails");
    return STAGGER_ERROR;
}

constexpr stagger_actor kActors[] = {
    {"count_up", "adds to the counter by a load and a store", count_up},
    {"count_up_safely", "adds to the counter at once, and gives what it was", count_up_safely},
    {"counted", "gives the counter", counted},
    {"refuse", "fails", refuse},
    {nullptr, nullptr, nullptr},
};

class Actors : public Backend {
public:
    static Description describe() {
        return {"sample_actors", "functions on a counter in shared memory", {}};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit Actors(const Config&) {
        void* memory = mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) fail_system("mmap", errno);
        counter = new (memory) Counter();
    }
    ~Actors() override { munmap(counter, sizeof(Counter)); }

    std::unique_ptr<Peer> attach(std::uint32_t) override { return std::make_unique<Nobody>(); }
    void reset_shared() override { new (counter) Counter(); }

private:
    class Nobody : public Peer {
        Reply invoke(const Call&) override { return {STAGGER_UNSUPPORTED}; }
    };
};

}  // namespace

STAGGER_BACKEND(Actors)
