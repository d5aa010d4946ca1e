// SPDX-License-Identifier: Apache-2.0
//
// The backend `fifo`: a server process behind named pipes, one well-known for the requests of all
// tasks and one for each task's answers. The host makes them, every process opens them by name, the
// host removes them. All clients write into the same pipe, so a request goes in parts of at most
// PIPE_BUF bytes, which are never mixed with another's. Streams are named pipes, too.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "plugins/server/framing.hpp"
#include "plugins/server/kernel_streams.hpp"
#include "plugins/server/poll.hpp"
#include "plugins/server/remote.hpp"

namespace stagger::server {
namespace {

std::string requests_path(const plugin::Config& config) {
    return config.path("requests");
}

std::string answers_path(const plugin::Config& config, std::uint32_t task) {
    return config.path("answers" + std::to_string(task));
}

int open_fifo(const std::string& path, int flags) {
    const int file = open(path.c_str(), flags | O_CLOEXEC);
    if (file == -1) plugin::fail_system("open of the named pipe " + path, errno);
    return file;
}

// A descriptor, closed with its owner.
class End {
public:
    End(const std::string& path, int flags) : file_(open_fifo(path, flags)) {}
    End(End&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    End& operator=(End&&) = delete;
    ~End() {
        if (file_ != -1) close(file_);
    }
    int file() const { return file_; }

private:
    int file_;
};

// The names, made and removed by the host. It keeps each open for reading and writing, so that
// nobody waits for the other end when it opens one, or finds it gone.
class Fifos {
public:
    explicit Fifos(const plugin::Config& config) {
        try {
            make(requests_path(config));
            for (std::uint32_t task = 0; task < config.tasks(); ++task)
                make(answers_path(config, task));
        } catch (...) {
            remove_all();
            throw;
        }
    }
    ~Fifos() { remove_all(); }
    Fifos(const Fifos&) = delete;
    Fifos& operator=(const Fifos&) = delete;

    std::uint32_t tasks() const { return static_cast<std::uint32_t>(paths_.size() - 1); }
    const std::string& requests() const { return paths_[0]; }
    const std::string& answers(std::uint32_t task) const { return paths_.at(task + 1); }

    // Takes out what tasks that were killed have left half said or unheard.
    void drain() const {
        std::vector<pollfd> ends;
        for (const End& end : ends_) ends.push_back({end.file(), POLLIN, 0});
        std::array<char, 64 * 1024> buffer;
        while (poll(ends.data(), ends.size(), 0) > 0)
            for (const pollfd& end : ends)
                if ((end.revents & POLLIN) != 0) (void)!read(end.fd, buffer.data(), buffer.size());
    }

private:
    void make(const std::string& path) {
        if (mkfifo(path.c_str(), 0600) != 0) plugin::fail_system("mkfifo of " + path, errno);
        paths_.push_back(path);
        ends_.emplace_back(path, O_RDWR);
    }
    void remove_all() {
        for (const std::string& path : paths_) unlink(path.c_str());
    }

    std::vector<std::string> paths_;
    std::vector<End> ends_;
};

// What stands in front of each part of a request. A pipe gives the bytes of a part together.
struct PartHeader {
    std::uint32_t task;
    std::uint16_t size;  // of what follows
    std::uint8_t first, last;
};
constexpr std::size_t kPart = PIPE_BUF - sizeof(PartHeader);

void write_all(int file, std::string_view bytes) {
    ssize_t written = 0;
    while ((written = write(file, bytes.data(), bytes.size())) < 0)
        if (errno != EINTR) plugin::fail_system("write to a named pipe", errno);
    if (static_cast<std::size_t>(written) != bytes.size())
        throw plugin::Failure("a write of at most PIPE_BUF bytes to a named pipe was cut short");
}

void send_parts(int file, std::uint32_t task, std::string_view request) {
    bool first = true;
    do {
        const std::string_view part = request.substr(0, kPart);
        request.remove_prefix(part.size());
        const PartHeader header = {task, static_cast<std::uint16_t>(part.size()),
                                   static_cast<std::uint8_t>(first),
                                   static_cast<std::uint8_t>(request.empty())};
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        write_all(file, bytes.append(part));
        first = false;
    } while (!request.empty());
}

class FifoServerPort : public ServerPort {
public:
    explicit FifoServerPort(const Fifos& fifos)
        : requests_(fifos.requests(), O_RDONLY), poller_(1), unfinished_(fifos.tasks()) {
        for (std::uint32_t task = 0; task < fifos.tasks(); ++task)
            answers_.emplace_back(fifos.answers(task), O_WRONLY);
        reset();
    }

    std::optional<Incoming> receive(plugin::Deadline deadline) override {
        if (auto request = next_request()) return request;
        if (!poller_.wait(deadline)) return std::nullopt;
        std::array<char, PIPE_BUF> buffer;
        const ssize_t size = read(requests_.file(), buffer.data(), buffer.size());
        if (size < 0 && errno != EINTR) plugin::fail_system("read from a named pipe", errno);
        if (size > 0) bytes_.append(buffer.data(), static_cast<std::size_t>(size));
        return next_request();
    }
    void send(std::uint32_t task, std::string_view answer) override {
        send_message(answers_[task].file(), Medium::Pipe, answer);
    }
    void reset() override {
        poller_.reset();
        poller_.set(0, requests_.file());
        bytes_.clear();
        for (std::string& request : unfinished_) request.clear();
    }

private:
    // The first request that is whole.
    std::optional<Incoming> next_request() {
        PartHeader header{};
        while (bytes_.size() >= sizeof header) {
            memcpy(&header, bytes_.data(), sizeof header);
            if (header.task >= unfinished_.size() || header.size > kPart)
                throw plugin::Failure("torn value: a named pipe carries what nobody wrote");
            if (bytes_.size() < sizeof header + header.size) break;
            std::string& request = unfinished_[header.task];
            // What a task that started again had left unsaid is no part of this.
            if (header.first != 0) request.clear();
            request.append(bytes_, sizeof header, header.size);
            bytes_.erase(0, sizeof header + header.size);
            if (header.last != 0)
                return Incoming{header.task, std::exchange(request, std::string())};
        }
        return std::nullopt;
    }

    const End requests_;
    std::vector<End> answers_;  // by task
    Poller poller_;
    std::string bytes_;                    // read, and not yet understood
    std::vector<std::string> unfinished_;  // by task
};

class FifoClientPort : public ClientPort {
public:
    explicit FifoClientPort(const Fifos& fifos) : requests_(fifos.requests(), O_WRONLY) {
        for (std::uint32_t task = 0; task < fifos.tasks(); ++task)
            answers_.emplace_back(fifos.answers(task), O_RDONLY);
    }

    std::string exchange(std::uint32_t task, std::string_view request,
                         const IsMine& is_mine) override {
        send_parts(requests_.file(), task, request);
        Inbox inbox;
        for (;;) {
            inbox.receive(answers_.at(task).file(), Medium::Pipe);
            while (auto answer = inbox.take())
                if (is_mine(*answer)) return *std::move(answer);
        }
    }
    void reset() override {}

private:
    const End requests_;
    std::vector<End> answers_;  // by task: a task may run in any process
};

// A stream's name is needed only until both of its ends are open.
StreamEnds make_stream(const std::string& path, std::uint64_t capacity) {
    if (mkfifo(path.c_str(), 0600) != 0) plugin::fail_system("mkfifo of " + path, errno);
    StreamEnds ends;
    ends.read = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ends.write = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    const bool sized =
        capacity == 0 || fcntl(ends.write, F_SETPIPE_SZ, static_cast<int>(capacity)) != -1;
    const int error = errno;
    unlink(path.c_str());
    if (ends.read != -1 && ends.write != -1 && sized) return ends;
    if (ends.read != -1) close(ends.read);
    if (ends.write != -1) close(ends.write);
    plugin::fail_system("a named pipe of " + std::to_string(capacity) + " bytes", error);
}

constexpr std::uint64_t kPipeCapacity = 65536;

constexpr stagger_option kOptions[] = {
    kFramingOption,
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class FifoBackend : public RemoteBackend {
public:
    static plugin::Description describe() {
        return {"fifo", "a server process, reached over named pipes; streams are named pipes",
                with_kernel_streams(), kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = RemoteBackend::contract(config);
        promise.stream_capacity = kPipeCapacity;
        promise.stream_atomic = PIPE_BUF;
        promise.framed = framing_of(config, false) != Framing::None;
        return promise;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        std::vector<std::string> paths = {requests_path(config), config.path("stream")};
        for (std::uint32_t task = 0; task < config.tasks(); ++task)
            paths.push_back(answers_path(config, task));
        for (const std::string& path : paths)
            if (access(path.c_str(), F_OK) == 0) found("named pipe " + path);
    }

    explicit FifoBackend(const plugin::Config& config)
        : RemoteBackend(config),
          fifos_(config),
          streams_(objects(), framing_of(config, false), [&config](std::uint64_t capacity) {
              return make_stream(config.path("stream"), capacity);
          }) {}

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        return std::make_unique<StreamingPeer>(streams_, RemoteBackend::attach(process));
    }
    void reset_shared() override {
        fifos_.drain();
        streams_.drain();
    }

protected:
    std::unique_ptr<ServerPort> server_port() override {
        return std::make_unique<FifoServerPort>(fifos_);
    }
    std::unique_ptr<ClientPort> client_port() override {
        return std::make_unique<FifoClientPort>(fifos_);
    }

private:
    const Fifos fifos_;
    const KernelStreams streams_;
};

}  // namespace
}  // namespace stagger::server

STAGGER_BACKEND(stagger::server::FifoBackend)
