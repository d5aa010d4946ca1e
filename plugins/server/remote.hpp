// SPDX-License-Identifier: Apache-2.0
//
// A backend whose objects live in a server process: what is common to all transports. A transport
// derives from RemoteBackend and brings two ports, one for the server and one for each process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stagger/backend.hpp>

#include "plugins/server/codec.hpp"

namespace stagger::server {

// The server's side. A channel is whatever an answer can be sent to.
class ServerPort {
public:
    struct Incoming {
        std::uint32_t channel = 0;
        std::optional<std::string> request;  // nothing: the channel's client has gone
    };

    virtual ~ServerPort() = default;
    // Waits for one request, at most until the deadline. Nothing: look again.
    virtual std::optional<Incoming> receive(plugin::Deadline deadline) = 0;
    // Quietly does nothing where the client has gone.
    virtual void send(std::uint32_t channel, std::string_view answer) = 0;
    // As if just made. Called inside receive().
    virtual void reset() = 0;
};

// A process's side; its tasks call at the same time, each for itself.
class ClientPort {
public:
    virtual ~ClientPort() = default;
    using IsMine = std::function<bool(std::string_view answer)>;
    // Sends a task's request and waits for its answer. Others are passed over: they are for a
    // process that ran the task before and died.
    virtual std::string exchange(std::uint32_t task, std::string_view request,
                                 const IsMine& is_mine) = 0;
    virtual void reset() = 0;
};

class Server {
public:
    Server(std::vector<plugin::ObjectSpec> objects, const CellOptions& options,
           std::unique_ptr<ServerPort> port);
    [[noreturn]] void run();
    void reset();

private:
    void handle(const ServerPort::Incoming& incoming, Machine::Answers& answers);
    void remember(const Caller& caller, std::uint32_t channel, Machine::Answers& answers);
    void forget_if(const std::function<bool(const Caller&, std::uint32_t channel)>& gone,
                   Machine::Answers& answers);

    const Sizes sizes_;
    Machine machine_;
    std::unique_ptr<ServerPort> port_;
    std::map<Caller, std::uint32_t> channels_;  // of those who have called
};

class RemotePeer : public plugin::Peer {
public:
    // In the process that calls.
    RemotePeer(Sizes sizes, stagger_executions executions, std::unique_ptr<ClientPort> port);

    plugin::Reply invoke(const plugin::Call& call) override;
    void reset() override { port_->reset(); }

private:
    plugin::Reply exchange(const plugin::Call& call, plugin::Deadline deadline);

    const Sizes sizes_;
    const stagger_executions executions_;
    const std::uint32_t process_;
    std::unique_ptr<ClientPort> port_;
};

class RemoteBackend : public plugin::Backend {
public:
    static std::uint32_t servers(const plugin::Config&) { return 1; }
    static stagger_contract contract(const plugin::Config& config);

    explicit RemoteBackend(const plugin::Config& config);

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override;
    void serve(std::uint32_t index) override;
    void reset_server() override;

protected:
    virtual std::unique_ptr<ServerPort> server_port() = 0;
    virtual std::unique_ptr<ClientPort> client_port() = 0;

    const std::vector<plugin::ObjectSpec>& objects() const { return objects_; }
    std::uint32_t tasks() const { return tasks_; }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const std::uint32_t tasks_;
    const CellOptions options_;
    std::unique_ptr<Server> server_;  // in the server process alone
};

}  // namespace stagger::server
