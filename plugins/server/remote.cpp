// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/remote.hpp"

#include <stagger/channels.hpp>

namespace stagger::server {
namespace {

constexpr std::uint32_t kNoChannel = ~std::uint32_t{0};

}  // namespace

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
        for (const Answer& answer : answers)
            if (answer.task < channels_.size() && channels_[answer.task] != kNoChannel)
                port_->send(channels_[answer.task], encode(answer, sizes_));
    }
}

void Server::handle(const ServerPort::Incoming& incoming, Machine::Answers& answers) {
    if (!incoming.request) {
        for (std::uint32_t task = 0; task < channels_.size(); ++task)
            if (channels_[task] == incoming.channel) {
                channels_[task] = kNoChannel;
                machine_.forget(task, answers);
            }
        return;
    }
    Request request;
    const auto remember = [&] {
        if (request.task >= channels_.size()) channels_.resize(request.task + 1, kNoChannel);
        channels_[request.task] = incoming.channel;
    };
    try {
        decode(*incoming.request, sizes_, request);
        remember();
        machine_.handle(std::move(request), answers);
    } catch (const plugin::Failure& failure) {
        remember();
        answers.push_back({request.task, request.object, STAGGER_ERROR, "", failure.what()});
    }
}

void Server::reset() {
    machine_.reset();
    channels_.clear();
    port_->reset();
}

plugin::Reply RemotePeer::invoke(const plugin::Call& call) {
    const plugin::Deadline deadline = call.deadline();
    if (call.operation != STAGGER_CALL) return exchange(call, deadline);
    return plugin::call_with_retries(executions_, deadline,
                                     [&](plugin::Deadline until) { return exchange(call, until); });
}

plugin::Reply RemotePeer::exchange(const plugin::Call& call, plugin::Deadline deadline) {
    return decode_answer(port_->exchange(call.task, encode(call, deadline, sizes_)), sizes_);
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
