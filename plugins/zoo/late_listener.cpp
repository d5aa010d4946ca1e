// SPDX-License-Identifier: Apache-2.0
//
// An event whose notifications are datagrams: who sets it sends one to everybody that listens. Who
// begins to listen a moment later hears nothing, and waits for a notification that was sent
// already.
//
// Reported in https://github.com/eclipse-iceoryx/iceoryx2/issues/1811 , see also
// https://github.com/eclipse-iceoryx/iceoryx2/issues/925 . Fixed by looking at the state once more
// when the listener is there: a notification is a hint that something may have changed.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Look : std::uint8_t { Before, Again };

// An abstract name: it is gone with its socket.
struct Address {
    sockaddr_un name{};
    socklen_t size = 0;

    explicit Address(const std::string& text) {
        name.sun_family = AF_UNIX;
        memcpy(name.sun_path + 1, text.data(), std::min(text.size(), sizeof name.sun_path - 1));
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

class Socket {
public:
    Socket() : descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        if (descriptor_ == -1) plugin::fail_system("socket", errno);
    }
    ~Socket() { close(descriptor_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    int descriptor() const { return descriptor_; }

private:
    const int descriptor_;
};

class NotifiedEvent : public plugin::Event {
public:
    NotifiedEvent(std::atomic<std::uint32_t>& state, std::string name, std::uint32_t tasks,
                  Look look)
        : state_(state), name_(std::move(name)), tasks_(tasks), look_(look) {}

    void set() override {
        state_.store(1);
        const Socket sender;
        for (std::uint32_t task = 0; task < tasks_; ++task) {
            const Address listener(name_of(task));
            const char hint = 0;
            sendto(sender.descriptor(), &hint, 1, MSG_DONTWAIT, listener.get(), listener.size);
        }
    }
    void clear() override { state_.store(0); }

    stagger_status wait(plugin::Deadline deadline) override {
        if (state_.load() != 0) return STAGGER_OK;
        if (!deadline.never()) return STAGGER_TIMEOUT;
        const Socket listener;
        const Address own(name_of(plugin::current_task));
        if (bind(listener.descriptor(), own.get(), own.size) != 0)
            plugin::fail_system("bind", errno);
        if (look_ == Look::Again && state_.load() != 0) return STAGGER_OK;
        do {
            char hint;
            const ssize_t got = recv(listener.descriptor(), &hint, 1, 0);
            if (got == -1 && errno != EINTR) plugin::fail_system("recv", errno);
        } while (state_.load() == 0);
        return STAGGER_OK;
    }

    std::string snapshot() override { return wire::encode_boolean(state_.load() != 0); }

private:
    std::string name_of(std::uint32_t task) const { return name_ + "-" + std::to_string(task); }

    std::atomic<std::uint32_t>& state_;
    const std::string name_;
    const std::uint32_t tasks_;
    const Look look_;
};

constexpr std::size_t kMostEvents = 16;

struct States {
    std::atomic<std::uint32_t> state[kMostEvents];
};

constexpr stagger_option kOptions[] = {
    {"look", "before|again", "before",
     "when a waiter looks: only before it listens, or then again"},
    {nullptr, nullptr, nullptr, nullptr},
};

class LateListeners : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_late_listener", "events announced by datagrams", {}, kOptions};
        about.operations[STAGGER_EVENT] = plugin::kAllOperations[STAGGER_EVENT];
        return about;
    }

    explicit LateListeners(const plugin::Config& config)
        : objects_(config.objects()),
          prefix_(config.prefix()),
          tasks_(config.tasks()),
          look_(config.choose<Look>("look", {"before", "again"})) {
        if (objects_.size() > kMostEvents) throw plugin::Failure("there are at most 16 events");
        LateListeners::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects events;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            events.push_back(std::make_unique<NotifiedEvent>(
                states_->state[i], prefix_ + "event" + std::to_string(i), tasks_, look_));
        return std::make_unique<plugin::ObjectPeer>(std::move(events));
    }

    void reset_shared() override {
        states_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            const bool is_set = wire::decode_boolean(objects_[i].initial).value_or(false);
            states_->state[i].store(is_set ? 1 : 0);
        }
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const std::string prefix_;
    const std::uint32_t tasks_;
    const Look look_;
    zoo::Shared<States> states_;
};

}  // namespace

STAGGER_BACKEND(LateListeners)
