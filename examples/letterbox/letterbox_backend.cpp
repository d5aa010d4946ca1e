// SPDX-License-Identifier: Apache-2.0
//
// Letterboxes as queues of Stagger: each operation is one call of the library.
#include <errno.h>
#include <sys/mman.h>

#include <algorithm>

#include <stagger/objects.hpp>

#include "letterbox.hpp"

namespace {

using namespace stagger;
using letterbox::Letterbox;
using letterbox::Recheck;

class LetterQueue : public plugin::Queue {
public:
    LetterQueue(Letterbox& box, Recheck recheck) : box_(box), recheck_(recheck) {}

    stagger_status put(std::string_view value, plugin::Deadline deadline) override {
        if (value.size() > Letterbox::kMostBytes) throw plugin::Failure("the letter is too large");
        const timespec until = deadline.time();
        if (box_.post(value, deadline.never() ? nullptr : &until)) return STAGGER_OK;
        return deadline.immediate() ? STAGGER_FULL : STAGGER_TIMEOUT;
    }

    plugin::Reply take(plugin::Deadline deadline) override {
        const timespec until = deadline.time();
        auto letter = box_.take(deadline.never() ? nullptr : &until, recheck_);
        if (letter) return plugin::Reply::of(std::move(*letter));
        return {deadline.immediate() ? STAGGER_EMPTY : STAGGER_TIMEOUT};
    }

    std::int64_t size() override { return static_cast<std::int64_t>(box_.letters().size()); }

    // For what a spec says of the end.
    std::string snapshot() override { return wire::encode_list(box_.letters()); }

private:
    Letterbox& box_;
    const Recheck recheck_;
};

constexpr stagger_option kOptions[] = {
    {"recheck", "on|off", "on", "whether a woken taker looks again; off is wrong, on purpose"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Letterboxes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"letterbox", "letterboxes in shared memory", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SIZE, STAGGER_SNAPSHOT});
        return about;
    }

    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.fifo_scope = STAGGER_FIFO_GLOBAL;
        promise.default_capacity = Letterbox::kMostLetters;
        return promise;
    }

    explicit Letterboxes(const plugin::Config& config)
        : recheck_(config.choose<Recheck>("recheck", {"on", "off"})), specs_(config.objects()) {
        void* const memory =
            mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        boxes_ = static_cast<Letterbox*>(memory);
        Letterboxes::reset_shared();
    }
    ~Letterboxes() override { munmap(boxes_, bytes()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < specs_.size(); ++i)
            objects.push_back(std::make_unique<LetterQueue>(boxes_[i], recheck_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (std::size_t i = 0; i < specs_.size(); ++i) {
            const std::uint64_t capacity = specs_[i].capacity;
            if (capacity > Letterbox::kMostLetters)
                throw plugin::Failure("a letterbox holds 16 letters at most");
            memset(static_cast<void*>(&boxes_[i]), 0, sizeof boxes_[i]);
            boxes_[i].init(capacity == 0 ? Letterbox::kMostLetters : capacity);
            constexpr timespec kAtOnce{};
            for (const std::string_view letter : wire::items(specs_[i].initial))
                if (letter.size() > Letterbox::kMostBytes || !boxes_[i].post(letter, &kAtOnce))
                    throw plugin::Failure("`initial` does not fit into " + specs_[i].name);
        }
    }

private:
    std::size_t bytes() const {
        return std::max<std::size_t>(specs_.size(), 1) * sizeof(Letterbox);
    }

    const Recheck recheck_;
    const std::vector<plugin::ObjectSpec> specs_;
    Letterbox* boxes_ = nullptr;
};

}  // namespace

STAGGER_BACKEND(Letterboxes)
