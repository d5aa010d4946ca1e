// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/remote.hpp"

#include <unistd.h>

#include <stagger/channels.hpp>

namespace stagger::server {

Server::Server(std::vector<plugin::ObjectSpec> objects, const CellOptions& options,
               std::unique_ptr<ServerPort> port)
    : sizes_(value_sizes(objects)), machine_(std::move(objects), options), port_(std::move(port)) {}

void Server::run() {
    for (;;) {
        Machine::Answers answers;
        const auto deadline = plugin::Deadline::at(machine_.next_deadline());
        if (const auto incoming = port_->receive(deadline))
            handle(*incoming, answers);
        else if (!deadline.never())
            machine_.expire(plugin::monotonic_now(), answers);
        for (const Answer& answer : answers) {
            const auto channel = channels_.find(answer.caller);
            if (channel != channels_.end()) port_->send(channel->second, encode(answer, sizes_));
        }
    }
}

void Server::handle(const ServerPort::Incoming& incoming, Machine::Answers& answers) {
    if (!incoming.request)
        return forget_if(
            [&](const Caller&, std::uint32_t channel) { return channel == incoming.channel; },
            answers);
    Request request;
    try {
        decode(*incoming.request, sizes_, request);
        remember(request.caller, incoming.channel, answers);
        machine_.handle(std::move(request), answers);
    } catch (const plugin::Failure& failure) {
        remember(request.caller, incoming.channel, answers);
        answers.push_back({request.caller, request.object, STAGGER_ERROR, "", failure.what()});
    }
}

// A channel that outlives who uses it may come to another, who was started in place of the dead.
void Server::remember(const Caller& caller, std::uint32_t channel, Machine::Answers& answers) {
    if (!channels_.try_emplace(caller, channel).second) return;
    forget_if(
        [&](const Caller& other, std::uint32_t its) { return its == channel && other != caller; },
        answers);
}

void Server::forget_if(const std::function<bool(const Caller&, std::uint32_t)>& gone,
                       Machine::Answers& answers) {
    for (auto place = channels_.begin(); place != channels_.end();) {
        if (!gone(place->first, place->second)) {
            ++place;
            continue;
        }
        machine_.forget(place->first, answers);
        place = channels_.erase(place);
    }
}

void Server::reset() {
    machine_.reset();
    channels_.clear();
    port_->reset();
}

RemotePeer::RemotePeer(Sizes sizes, stagger_executions executions, std::unique_ptr<ClientPort> port)
    : sizes_(std::move(sizes)),
      executions_(executions),
      process_(static_cast<std::uint32_t>(getpid())),
      port_(std::move(port)) {}

plugin::Reply RemotePeer::invoke(const plugin::Call& call) {
    const plugin::Deadline deadline = call.deadline();
    if (call.operation != STAGGER_CALL) return exchange(call, deadline);
    return plugin::call_with_retries(executions_, deadline,
                                     [&](plugin::Deadline until) { return exchange(call, until); });
}

plugin::Reply RemotePeer::exchange(const plugin::Call& call, plugin::Deadline deadline) {
    const Caller caller{call.task, process_};
    const std::string answer =
        port_->exchange(call.task, encode(call, caller, deadline, sizes_),
                        [&](std::string_view bytes) { return is_for(caller, bytes); });
    return decode_answer(answer, sizes_);
}

stagger_contract RemoteBackend::contract(const plugin::Config& config) {
    // The server answers a time-out itself, so a call that timed out has had no effect.
    stagger_contract promise{};
    promise.shared = 1;
    promise.stream_capacity = kStreamCapacity;
    promise.topic_lossy = plugin::drops(config);
    promise.executions = plugin::executions_of(config);
    return promise;
}

RemoteBackend::RemoteBackend(const plugin::Config& config)
    : objects_(config.objects()),
      tasks_(config.tasks()),
      options_{plugin::drops(config), plugin::executions_of(config)} {
    // What is wrong with an object is said here, not in a process that nobody asks.
    const Machine check(objects_, options_);
}

std::unique_ptr<plugin::Peer> RemoteBackend::attach(std::uint32_t) {
    return std::make_unique<RemotePeer>(value_sizes(objects_), options_.executions, client_port());
}

void RemoteBackend::serve(std::uint32_t) {
    server_ = std::make_unique<Server>(objects_, options_, server_port());
    server_->run();
}

void RemoteBackend::reset_server() {
    server_->reset();
}

}  // namespace stagger::server
