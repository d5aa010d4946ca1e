// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/kernel_streams.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include <stagger/padding.hpp>

#include "plugins/server/frames.hpp"

namespace stagger::server {
namespace {

using plugin::Deadline;
using plugin::Reply;

// False once the deadline has passed.
bool wait_for(int file, short event, Deadline deadline) {
    if (deadline.immediate()) return false;
    pollfd ready = {file, event, 0};
    for (;;) {
        int milliseconds = -1;
        if (!deadline.never()) {
            const std::int64_t left = deadline.nanoseconds() - plugin::monotonic_now();
            if (left <= 0) return false;
            milliseconds = static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 1 << 30));
        }
        const int count = poll(&ready, 1, milliseconds);
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) plugin::fail_system("poll of a stream", errno);
    }
}

class KernelStream : public plugin::Stream {
public:
    KernelStream(const StreamEnds& ends, Framing framing) : ends_(ends), framing_(framing) {}

    Written write(std::string_view bytes, Deadline deadline) override {
        if (framing_ != Framing::Length) return write_bytes(bytes, deadline);
        const std::string framed = frame({plugin::current_task, writes_++}, bytes);
        const Written written = write_frame(framed, deadline);
        return {written.status, written.status == STAGGER_OK ? bytes.size() : 0};
    }
    Reply read(std::size_t most, Deadline deadline) override {
        if (framing_ == Framing::None) return read_bytes(most, deadline);
        if (framing_ == Framing::Packets) return read_bytes(kLargestPacket, deadline);
        Reply header = read_bytes(kChunkHeader, deadline);
        if (header.status != STAGGER_OK) return header;
        // Once it has begun to arrive, the rest of a message is on its way.
        header.result += read_exactly(kChunkHeader - header.result.size());
        return Reply::of(
            unframe(header.result, [this](std::size_t size) { return read_exactly(size); }));
    }
    // Takes out what is there, and puts it back: it came from there, so there is room.
    std::string snapshot() override {
        std::vector<std::string> packets;
        for (Reply next = read_bytes(kLargestPacket, Deadline::at(0)); next.status == STAGGER_OK;
             next = read_bytes(kLargestPacket, Deadline::at(0)))
            packets.push_back(next.result);
        for (const std::string& packet : packets) write_bytes(packet, Deadline::at(0));
        if (framing_ == Framing::Packets) return list_of(packets);
        std::string bytes;
        for (const std::string& packet : packets) bytes += packet;
        return framing_ == Framing::Length ? list_of(messages_in(bytes)) : wire::encode_text(bytes);
    }

private:
    static constexpr std::size_t kLargestPacket = 256 * 1024;

    Written write_bytes(std::string_view bytes, Deadline deadline) const {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t written = ::write(ends_.write, bytes.data() + done, bytes.size() - done);
            if (written >= 0)
                done += static_cast<std::size_t>(written);
            else if (errno == EAGAIN && !wait_for(ends_.write, POLLOUT, deadline))
                return {STAGGER_FULL, done};
            else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
                plugin::fail_system("write to a stream", errno);
        }
        return {STAGGER_OK, done};
    }
    // Who has begun a frame ends it, however long that takes.
    Written write_frame(std::string_view bytes, Deadline deadline) const {
        const Written begun = write_bytes(bytes, deadline);
        if (begun.status == STAGGER_OK || begun.bytes == 0) return begun;
        return write_bytes(bytes.substr(begun.bytes), Deadline::after(-1));
    }

    Reply read_bytes(std::size_t most, Deadline deadline) const {
        std::string bytes(most, '\0');
        for (;;) {
            const ssize_t size = ::read(ends_.read, bytes.data(), most);
            if (size > 0) {
                bytes.resize(static_cast<std::size_t>(size));
                return Reply::of(std::move(bytes));
            }
            if (size == 0) return {STAGGER_CLOSED};
            if (errno == EAGAIN && !wait_for(ends_.read, POLLIN, deadline)) return {STAGGER_EMPTY};
            if (errno != EAGAIN && errno != EINTR) plugin::fail_system("read from a stream", errno);
        }
    }
    std::string read_exactly(std::size_t size) const {
        std::string bytes;
        while (bytes.size() < size) {
            const Reply next = read_bytes(size - bytes.size(), Deadline::after(-1));
            if (next.status != STAGGER_OK) plugin::fail_torn("a stream ends within a message");
            bytes += next.result;
        }
        return bytes;
    }

    static std::vector<std::string> messages_in(std::string_view bytes) {
        std::vector<std::string> messages;
        const auto take = [&bytes](std::size_t size) {
            if (size > bytes.size()) plugin::fail_torn("a stream ends within a message");
            std::string taken(bytes.substr(0, size));
            bytes.remove_prefix(size);
            return taken;
        };
        while (!bytes.empty()) messages.push_back(unframe(take(kChunkHeader), take));
        return messages;
    }
    static std::string list_of(std::vector<std::string> messages) {
        for (std::string& message : messages) message = wire::encode_text(message);
        return wire::encode_list(messages);
    }

    const StreamEnds ends_;
    const Framing framing_;
    std::atomic<std::uint32_t> writes_ = 0;
};

}  // namespace

Framing framing_of(const plugin::Config& config, bool packets) {
    if (packets) return Framing::Packets;
    return config.choose<Framing>("framing", {"none", "length"});
}

StreamEnds make_pipe(std::uint64_t capacity) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) plugin::fail_system("pipe2 of a stream", errno);
    if (capacity != 0 && fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(capacity)) == -1) {
        const int error = errno;
        close(ends[0]);
        close(ends[1]);
        plugin::fail_system("a pipe of " + std::to_string(capacity) + " bytes", error);
    }
    return {ends[0], ends[1]};
}

KernelStreams::KernelStreams(const std::vector<plugin::ObjectSpec>& objects, Framing framing,
                             const MakeEnds& make_ends)
    : framing_(framing) {
    try {
        for (const plugin::ObjectSpec& object : objects)
            ends_.push_back(object.type == STAGGER_STREAM ? make_ends(object.capacity)
                                                          : StreamEnds());
    } catch (...) {
        close_all();
        throw;
    }
}

KernelStreams::~KernelStreams() {
    close_all();
}

void KernelStreams::close_all() {
    for (const StreamEnds& ends : ends_) {
        if (ends.read != -1) close(ends.read);
        if (ends.write != -1 && ends.write != ends.read) close(ends.write);
    }
}

void KernelStreams::drain() const {
    std::array<char, 64 * 1024> buffer;
    for (const StreamEnds& ends : ends_)
        while (ends.read != -1 && read(ends.read, buffer.data(), buffer.size()) > 0) {
        }
}

std::vector<std::unique_ptr<plugin::Stream>> KernelStreams::open() const {
    std::vector<std::unique_ptr<plugin::Stream>> streams;
    for (const StreamEnds& ends : ends_)
        streams.push_back(ends.read == -1 ? nullptr
                                          : std::make_unique<KernelStream>(ends, framing_));
    return streams;
}

plugin::Reply StreamingPeer::invoke(const plugin::Call& call) {
    const auto& stream = streams_.at(call.object);
    if (stream == nullptr) return remote_->invoke(call);
    if (call.operation == STAGGER_SNAPSHOT) return Reply::of(stream->snapshot());
    try {
        return stream->invoke(call, nullptr);
    } catch (const plugin::Unsupported&) {
        return {STAGGER_UNSUPPORTED};
    }
}

void StreamingPeer::reset() {
    streams_ = all_.open();
    remote_->reset();
}

}  // namespace stagger::server
