// SPDX-License-Identifier: Apache-2.0
//
// The backend `manager`: what Python's multiprocessing.Manager does. A server process holds the
// objects; clients hold proxies, each operation of which is a request. With proxy = copy, a list or
// map that a process has read is from then on its own copy: what it changes there nobody else sees,
// and what others change it does not. Every program that modifies what it got from a manager, and
// does not put it back, is written like that.
#include <pthread.h>

#include <map>

#include <stagger/channels.hpp>

#include "plugins/server/connections.hpp"

namespace stagger::server {
namespace {

enum class Proxy : std::uint8_t { Reference, Copy };

Proxy proxy_of(const plugin::Config& config) {
    return config.choose<Proxy>("proxy", {"reference", "copy"});
}

// For the copies, which the threads of a process share.
class Held {
public:
    explicit Held(pthread_mutex_t& mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
    ~Held() { pthread_mutex_unlock(&mutex_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    pthread_mutex_t& mutex_;
};

class CopyingPeer : public plugin::Peer {
public:
    CopyingPeer(std::vector<plugin::ObjectSpec> objects, std::unique_ptr<plugin::Peer> remote)
        : objects_(std::move(objects)), remote_(std::move(remote)) {}
    ~CopyingPeer() override { pthread_mutex_destroy(&mutex_); }

    plugin::Reply invoke(const plugin::Call& call) override {
        if (!is_copied(call)) return remote_->invoke(call);
        if (auto reply = in_copy(call)) return *std::move(reply);
        if (call.operation != STAGGER_READ && call.operation != STAGGER_GET)
            return remote_->invoke(call);
        fetch(call);
        return *in_copy(call);
    }
    void reset() override {
        copies_.clear();
        remote_->reset();
    }

private:
    bool is_copied(const plugin::Call& call) const {
        const stagger_type type = objects_.at(call.object).type;
        return (type == STAGGER_LIST || type == STAGGER_MAP) && call.operation != STAGGER_SNAPSHOT;
    }

    // The operation on this process's copy, where there is one.
    std::optional<plugin::Reply> in_copy(const plugin::Call& call) {
        const Held held(mutex_);
        const auto found = copies_.find(call.object);
        if (found == copies_.end()) return std::nullopt;
        Waiting waiting;
        waiting.request.operation = call.operation;
        waiting.request.key = call.key;
        waiting.request.value = call.value;
        return found->second->attempt(waiting);
    }

    // Takes a copy of the whole object, unless another thread has done so in the meantime.
    void fetch(const plugin::Call& call) {
        plugin::Call whole = call;
        whole.operation = STAGGER_SNAPSHOT;
        plugin::ObjectSpec spec = objects_[call.object];
        spec.initial = remote_->invoke(whole).result;
        const Held held(mutex_);
        copies_.try_emplace(call.object, make_cell(spec));
    }

    const std::vector<plugin::ObjectSpec> objects_;
    const std::unique_ptr<plugin::Peer> remote_;
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    std::map<std::uint32_t, std::unique_ptr<Cell>> copies_;
};

constexpr stagger_option kOptions[] = {
    {"proxy", "reference|copy", "reference",
     "whether an operation on a list or map is a request, or acts on the process's copy once read"},
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class ManagerBackend : public RemoteBackend {
public:
    static plugin::Description describe() {
        return {"manager", "a server process that holds the objects, and proxies in the clients",
                kOperations, kOptions};
    }

    explicit ManagerBackend(const plugin::Config& config)
        : RemoteBackend(config),
          proxy_(proxy_of(config)),
          endpoint_{Address::abstract(config.prefix() + "manager")},
          listener_(listen_at(endpoint_)) {}

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        auto remote = RemoteBackend::attach(process);
        if (proxy_ == Proxy::Reference) return remote;
        return std::make_unique<CopyingPeer>(objects(), std::move(remote));
    }

    void reset_shared() override { discard_waiting(listener_); }

protected:
    std::unique_ptr<ServerPort> server_port() override {
        return std::make_unique<ConnectionServerPort>(endpoint_, listener_, tasks());
    }
    std::unique_ptr<ClientPort> client_port() override {
        return std::make_unique<ConnectionClientPort>(endpoint_, tasks());
    }

private:
    const Proxy proxy_;
    Endpoint endpoint_;
    const Socket listener_;
};

}  // namespace
}  // namespace stagger::server

STAGGER_BACKEND(stagger::server::ManagerBackend)
