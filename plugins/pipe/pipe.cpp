// SPDX-License-Identifier: Apache-2.0
//
// The backend `pipe`: a server process and, for each task, one pipe for its requests and one for
// the answers, made before anything is forked and inherited by all. A pipe has one writer at a
// time, so that a message larger than PIPE_BUF is never mixed with another. Every process keeps
// both ends of all pipes: a task may run in any of them.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>

#include <limits.h>

#include "plugins/server/framing.hpp"
#include "plugins/server/kernel_streams.hpp"
#include "plugins/server/poll.hpp"
#include "plugins/server/remote.hpp"

namespace stagger::server {
namespace {

struct Pipe {
    int read = -1;
    int write = -1;
};

// Two pipes per task: the requests at index 2 * task, the answers behind them.
class Pipes {
public:
    explicit Pipes(std::uint32_t tasks) {
        for (std::uint32_t i = 0; i < 2 * tasks; ++i) {
            int ends[2];
            if (pipe2(ends, O_CLOEXEC) != 0) {
                const int error = errno;
                close_all();
                plugin::fail_system(
                    "pipe2, two pipes for each of " + std::to_string(tasks) + " tasks", error);
            }
            pipes_.push_back({ends[0], ends[1]});
        }
    }
    ~Pipes() { close_all(); }
    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;

    std::uint32_t tasks() const { return static_cast<std::uint32_t>(pipes_.size() / 2); }
    const Pipe& requests(std::uint32_t task) const { return pipes_.at(2 * task); }
    const Pipe& answers(std::uint32_t task) const { return pipes_.at(2 * task + 1); }

    // Takes out what tasks that were killed have left half said or unheard.
    void drain() const {
        std::vector<pollfd> ends;
        for (const Pipe& pipe : pipes_) ends.push_back({pipe.read, POLLIN, 0});
        std::array<char, 64 * 1024> buffer;
        while (poll(ends.data(), ends.size(), 0) > 0)
            for (const pollfd& end : ends)
                if ((end.revents & POLLIN) != 0) (void)!read(end.fd, buffer.data(), buffer.size());
    }

private:
    void close_all() {
        for (const Pipe& pipe : pipes_) {
            close(pipe.read);
            close(pipe.write);
        }
    }

    std::vector<Pipe> pipes_;
};

class PipeServerPort : public ServerPort {
public:
    explicit PipeServerPort(const Pipes& pipes)
        : pipes_(pipes), poller_(pipes.tasks()), inboxes_(pipes.tasks()) {
        reset();
    }

    std::optional<Incoming> receive(plugin::Deadline deadline) override {
        if (auto left = next_in(last_)) return left;
        const auto ready = poller_.wait(deadline);
        if (!ready) return std::nullopt;
        last_ = static_cast<std::uint32_t>(*ready);
        inboxes_[last_].receive(pipes_.requests(last_).read, Medium::Pipe);
        return next_in(last_);
    }
    void send(std::uint32_t task, std::string_view answer) override {
        send_message(pipes_.answers(task).write, Medium::Pipe, answer);
    }
    void reset() override {
        poller_.reset();
        for (std::uint32_t task = 0; task < pipes_.tasks(); ++task) {
            poller_.set(task, pipes_.requests(task).read);
            inboxes_[task].clear();
        }
    }

private:
    // Behind the request of one who died may be that of another, who was started in its place.
    std::optional<Incoming> next_in(std::uint32_t task) {
        auto request = inboxes_[task].take();
        if (!request) return std::nullopt;
        return Incoming{task, std::move(request)};
    }

    const Pipes& pipes_;
    Poller poller_;
    std::vector<Inbox> inboxes_;
    std::uint32_t last_ = 0;  // whose was read last
};

class PipeClientPort : public ClientPort {
public:
    explicit PipeClientPort(const Pipes& pipes) : pipes_(pipes) {}

    std::string exchange(std::uint32_t task, std::string_view request,
                         const IsMine& is_mine) override {
        send_message(pipes_.requests(task).write, Medium::Pipe, request);
        Inbox inbox;
        for (;;) {
            inbox.receive(pipes_.answers(task).read, Medium::Pipe);
            while (auto answer = inbox.take())
                if (is_mine(*answer)) return *std::move(answer);
        }
    }
    void reset() override {}

private:
    const Pipes& pipes_;
};

constexpr std::uint64_t kPipeCapacity = 65536;

constexpr stagger_option kOptions[] = {
    kFramingOption,
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class PipeBackend : public RemoteBackend {
public:
    static plugin::Description describe() {
        return {"pipe", "a server process, reached over two pipes per task; streams are pipes",
                with_kernel_streams(), kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = RemoteBackend::contract(config);
        promise.stream_capacity = kPipeCapacity;
        promise.stream_atomic = PIPE_BUF;
        promise.framed = framing_of(config, false) != Framing::None;
        return promise;
    }

    explicit PipeBackend(const plugin::Config& config)
        : RemoteBackend(config),
          pipes_(config.tasks()),
          streams_(objects(), framing_of(config, false), make_pipe) {}

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        return std::make_unique<StreamingPeer>(streams_, RemoteBackend::attach(process));
    }
    void reset_shared() override {
        pipes_.drain();
        streams_.drain();
    }

protected:
    std::unique_ptr<ServerPort> server_port() override {
        return std::make_unique<PipeServerPort>(pipes_);
    }
    std::unique_ptr<ClientPort> client_port() override {
        return std::make_unique<PipeClientPort>(pipes_);
    }

private:
    const Pipes pipes_;
    const KernelStreams streams_;
};

}  // namespace
}  // namespace stagger::server

STAGGER_BACKEND(stagger::server::PipeBackend)
