// SPDX-License-Identifier: Apache-2.0
//
// The backend `queue`: a server process behind POSIX message queues, one for the requests of all
// tasks and one for each task's answers. The host opens them, every process inherits the
// descriptors, the host removes the names. A message larger than a queue's is sent in parts.
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include <stagger/channels.hpp>

#include "plugins/server/framing.hpp"
#include "plugins/server/poll.hpp"
#include "plugins/server/remote.hpp"

namespace stagger::server {
namespace {

// Small enough that a user without privileges may have a hundred of them (RLIMIT_MSGQUEUE).
constexpr long kMessageSize = 1024;
constexpr long kRequestsHeld = 8;
constexpr long kAnswersHeld = 4;

// What a message carries in front of its part: whose it is, and whether it is the first or last.
struct PartHeader {
    std::uint32_t task;
    std::uint32_t flags;
};
constexpr std::size_t kPart = kMessageSize - sizeof(PartHeader);

void send_parts(mqd_t queue, std::uint32_t task, std::string_view message) {
    std::array<char, kMessageSize> buffer;
    send_in_parts(message, kPart, [&](std::uint8_t flags, std::string_view part) {
        const PartHeader header = {task, flags};
        memcpy(buffer.data(), &header, sizeof header);
        memcpy(buffer.data() + sizeof header, part.data(), part.size());
        while (mq_send(queue, buffer.data(), sizeof header + part.size(), 0) != 0)
            if (errno != EINTR) plugin::fail_system("mq_send", errno);
        return true;
    });
}

struct Part {
    PartHeader header;
    std::string bytes;

    std::uint8_t flags() const { return static_cast<std::uint8_t>(header.flags); }
};

// Nothing after a signal.
std::optional<Part> receive_part(mqd_t queue) {
    std::array<char, kMessageSize> buffer;
    const ssize_t size = mq_receive(queue, buffer.data(), buffer.size(), nullptr);
    if (size < 0 && errno == EINTR) return std::nullopt;
    if (size < 0) plugin::fail_system("mq_receive", errno);
    Part part{};
    if (static_cast<std::size_t>(size) < sizeof part.header)
        throw plugin::Failure("torn value: a message without its header was received");
    memcpy(&part.header, buffer.data(), sizeof part.header);
    part.bytes.assign(buffer.data() + sizeof part.header,
                      static_cast<std::size_t>(size) - sizeof part.header);
    return part;
}

// The case's queues: the requests first, then each task's answers.
class Queues {
public:
    explicit Queues(const plugin::Config& config) {
        try {
            open(name(config, 0), kRequestsHeld);
            for (std::uint32_t task = 0; task < config.tasks(); ++task)
                open(name(config, task + 1), kAnswersHeld);
        } catch (...) {
            close_all();
            throw;
        }
    }
    ~Queues() { close_all(); }
    Queues(const Queues&) = delete;
    Queues& operator=(const Queues&) = delete;

    static std::string name(const plugin::Config& config, std::uint32_t index) {
        return "/" + config.prefix() + "q" + std::to_string(index);
    }

    std::uint32_t tasks() const { return static_cast<std::uint32_t>(queues_.size() - 1); }
    mqd_t requests() const { return queues_[0]; }
    mqd_t answers(std::uint32_t task) const { return queues_.at(task + 1); }

    // Takes out what tasks that were killed have left half said or unheard.
    void drain() const {
        for (const mqd_t queue : queues_) {
            mq_attr attributes{};
            mq_getattr(queue, &attributes);
            for (long i = 0; i < attributes.mq_curmsgs; ++i) receive_part(queue);
        }
    }

private:
    void open(const std::string& name, long held) {
        mq_attr attributes{};
        attributes.mq_maxmsg = held;
        attributes.mq_msgsize = kMessageSize;
        const mqd_t queue =
            mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
        if (queue == -1)
            plugin::fail_system("mq_open of " + name + ", one queue for each task", errno);
        queues_.push_back(queue);
        names_.push_back(name);
    }
    void close_all() {
        for (const mqd_t queue : queues_) mq_close(queue);
        for (const std::string& name : names_) mq_unlink(name.c_str());
    }

    std::vector<mqd_t> queues_;
    std::vector<std::string> names_;
};

class QueueServerPort : public ServerPort {
public:
    explicit QueueServerPort(const Queues& queues)
        : queues_(queues), poller_(1), unfinished_(queues.tasks()) {
        reset();
    }

    std::optional<Incoming> receive(plugin::Deadline deadline) override {
        // mq_timedreceive only knows the time of day, which may be set; a queue can be polled.
        if (!deadline.never() && !poller_.wait(deadline)) return std::nullopt;
        const auto part = receive_part(queues_.requests());
        if (!part) return std::nullopt;
        const std::uint32_t task = part->header.task;
        if (task >= unfinished_.size()) return std::nullopt;
        auto request = unfinished_[task].add(part->flags(), part->bytes);
        if (!request) return std::nullopt;
        return Incoming{task, std::move(request)};
    }
    void send(std::uint32_t task, std::string_view answer) override {
        send_parts(queues_.answers(task), task, answer);
    }
    void reset() override {
        poller_.reset();
        poller_.set(0, queues_.requests());
        for (Assembly& message : unfinished_) message.clear();
    }

private:
    const Queues& queues_;
    Poller poller_;
    std::vector<Assembly> unfinished_;  // by task
};

class QueueClientPort : public ClientPort {
public:
    explicit QueueClientPort(const Queues& queues) : queues_(queues) {}

    std::string exchange(std::uint32_t task, std::string_view request,
                         const IsMine& is_mine) override {
        send_parts(queues_.requests(), task, request);
        Assembly assembly;
        for (;;) {
            const auto part = receive_part(queues_.answers(task));
            if (!part) continue;
            auto answer = assembly.add(part->flags(), part->bytes);
            if (answer && is_mine(*answer)) return *std::move(answer);
        }
    }
    void reset() override {}

private:
    const Queues& queues_;
};

constexpr stagger_option kOptions[] = {
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class QueueBackend : public RemoteBackend {
public:
    static plugin::Description describe() {
        return {"queue", "a server process, reached over POSIX message queues", kOperations,
                kOptions};
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::uint32_t i = 0; i <= config.tasks(); ++i) {
            const std::string name = Queues::name(config, i);
            const mqd_t queue = mq_open(name.c_str(), O_RDONLY | O_CLOEXEC);
            if (queue == -1) continue;
            mq_close(queue);
            found("message queue " + name);
        }
    }

    explicit QueueBackend(const plugin::Config& config) : RemoteBackend(config), queues_(config) {}

    void reset_shared() override { queues_.drain(); }

protected:
    std::unique_ptr<ServerPort> server_port() override {
        return std::make_unique<QueueServerPort>(queues_);
    }
    std::unique_ptr<ClientPort> client_port() override {
        return std::make_unique<QueueClientPort>(queues_);
    }

private:
    const Queues queues_;
};

}  // namespace
}  // namespace stagger::server

STAGGER_BACKEND(stagger::server::QueueBackend)
