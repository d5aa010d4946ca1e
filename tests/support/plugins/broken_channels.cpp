// SPDX-License-Identifier: Apache-2.0
//
// The objects of shared memory, each with one mistake that the option `bug` chooses: what every
// oracle of streams, topics, remote procedure calls and read-write locks must see.
#include <sys/mman.h>

#include "plugins/memory/store.hpp"

namespace stagger::memory {
namespace {

enum class Bug : std::uint8_t {
    None,
    Lose,        // the second message or write vanishes
    Repeat,      // the first message or write is there twice
    Reorder,     // the first is kept back until the second
    Invent,      // what is received or replied is not what was sent
    Tear,        // a write is made in two halves
    Forget,      // a lossy topic loses the second message, and does not count it
    ServeTwice,  // the first request is served twice
    Share,       // a writer takes the lock as a reader
};

constexpr stagger_option kOptions[] = {
    {"bug", "none|lose|repeat|reorder|invent|tear|forget|serve-twice|share", "none", "the mistake"},
    {nullptr, nullptr, nullptr, nullptr},
};

Bug bug_of(const plugin::Config& config) {
    return config.choose<Bug>("bug", {"none", "lose", "repeat", "reorder", "invent", "tear",
                                      "forget", "serve-twice", "share"});
}

bool sends(const plugin::Call& call) {
    return call.operation == STAGGER_PUBLISH || call.operation == STAGGER_STREAM_WRITE;
}

// One process's; a mistake is made once by each.
class MistakenPeer : public StorePeer {
public:
    MistakenPeer(const Store& store, const Region& region, Bug bug)
        : StorePeer(store, region), bug_(bug) {}

    plugin::Reply invoke(const plugin::Call& call) override {
        if (sends(call)) return send(call, ++sent_);
        if (bug_ == Bug::Share) return share(call);
        if (bug_ == Bug::ServeTwice && call.operation == STAGGER_SERVE) return serve(call);
        plugin::Reply reply = StorePeer::invoke(call);
        const bool takes = call.operation == STAGGER_RECEIVE || call.operation == STAGGER_CALL ||
                           call.operation == STAGGER_STREAM_READ;
        if (bug_ == Bug::Invent && takes && reply.status == STAGGER_OK)
            reply.result = wire::encode_text("?");
        return reply;
    }
    void reset() override {
        sent_ = 0;
        kept_.clear();
        served_.clear();
        StorePeer::reset();
    }

private:
    plugin::Reply went(const plugin::Call& call) const {
        const auto text = wire::decode_text(call.value);
        const auto size = static_cast<std::int64_t>(text ? text->size() : 0);
        return call.operation == STAGGER_STREAM_WRITE
                   ? plugin::Reply::of(wire::encode_integer(size))
                   : plugin::Reply();
    }
    plugin::Reply put(plugin::Call call, std::string_view value) {
        call.value = value;
        return StorePeer::invoke(call);
    }
    plugin::Reply send(const plugin::Call& call, int number) {
        const std::string value(call.value);
        if ((bug_ == Bug::Lose || bug_ == Bug::Forget) && number == 2) return went(call);
        if (bug_ == Bug::Repeat && number == 1) StorePeer::invoke(call);
        if (bug_ == Bug::Reorder && number == 1) return kept_ = value, went(call);
        const plugin::Reply reply = bug_ == Bug::Tear ? in_halves(call) : StorePeer::invoke(call);
        if (!kept_.empty()) put(call, std::exchange(kept_, std::string()));
        return reply;
    }
    plugin::Reply in_halves(const plugin::Call& call) {
        const std::string text(wire::decode_text(call.value).value_or(""));
        put(call, wire::encode_text(text.substr(0, text.size() / 2)));
        put(call, wire::encode_text(text.substr(text.size() / 2)));
        return went(call);
    }
    plugin::Reply serve(const plugin::Call& call) {
        if (!served_.empty()) return plugin::Reply::of(std::exchange(served_, std::string()));
        plugin::Reply reply = StorePeer::invoke(call);
        if (reply.status == STAGGER_OK) served_ = reply.result;
        return reply;
    }
    plugin::Reply share(plugin::Call call) {
        if (call.operation == STAGGER_RW_LOCK) call.operation = STAGGER_RW_LOCK_SHARED;
        if (call.operation == STAGGER_RW_UNLOCK) call.operation = STAGGER_RW_UNLOCK_SHARED;
        return StorePeer::invoke(call);
    }

    const Bug bug_;
    int sent_ = 0;
    std::string kept_, served_;
};

class MistakenBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"broken_channels", "objects with a mistake of your choice", kOperations, kOptions};
    }
    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.spurious_wakeups = 1;
        promise.topic_lossy = bug_of(config) == Bug::Forget;
        return promise;
    }

    explicit MistakenBackend(const plugin::Config& config)
        : bug_(bug_of(config)), store_(config, options(bug_)) {
        memory_ = mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory_ == MAP_FAILED) plugin::fail_system("mmap of 64 MiB", errno);
        store_.create(region());
    }
    ~MistakenBackend() override { munmap(memory_, kRegionSize); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<MistakenPeer>(store_, region(), bug_);
    }
    void reset_shared() override { store_.create(region()); }

private:
    static StoreOptions options(Bug bug) {
        StoreOptions options;
        options.across_processes = true;
        options.channels.drop = bug == Bug::Forget;
        return options;
    }
    Region region() const { return Region(memory_, store_.fixed_size()); }

    const Bug bug_;
    const Store store_;
    void* memory_ = nullptr;
};

}  // namespace
}  // namespace stagger::memory

STAGGER_BACKEND(stagger::memory::MistakenBackend)
