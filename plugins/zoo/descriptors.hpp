// SPDX-License-Identifier: Apache-2.0
//
// What backends that move messages over descriptors have in common: a descriptor that is closed
// with its owner, waiting for one with a deadline, and reading and writing until all is done. Used
// in any process; nothing here keeps a descriptor that it is given.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stagger/objects.hpp>

namespace stagger::zoo {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int file) : file_(file) {}
    Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const { return file_; }
    bool is_open() const { return file_ != -1; }
    void close() {
        if (file_ != -1) ::close(file_);
        file_ = -1;
    }

private:
    int file_ = -1;
};

struct Ends {
    Descriptor read, write;
};

inline Ends make_pipe() {
    int ends[2];
    if (pipe(ends) != 0) plugin::fail_system("pipe", errno);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// One page, the least that a pipe can hold: so little fills it.
inline void make_small(const Ends& pipe) {
    if (fcntl(pipe.write.get(), F_SETPIPE_SZ, 4096) == -1)
        plugin::fail_system("fcntl with F_SETPIPE_SZ", errno);
}

// Two sockets of that type that are connected to each other.
inline Ends make_socket_pair(int type) {
    int ends[2];
    if (socketpair(AF_UNIX, type, 0, ends) != 0) plugin::fail_system("socketpair", errno);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// False once the deadline has passed.
inline bool await(int file, short event, plugin::Deadline deadline) {
    pollfd ready = {file, event, 0};
    for (;;) {
        int milliseconds = -1;
        if (!deadline.never()) {
            const std::int64_t left =
                deadline.immediate() ? 0 : deadline.nanoseconds() - plugin::monotonic_now();
            milliseconds = static_cast<int>(
                std::clamp<std::int64_t>(left > 0 ? left / 1'000'000 + 1 : 0, 0, 1 << 30));
        }
        const int count = poll(&ready, 1, milliseconds);
        if (count > 0) return true;
        if (count == 0) return false;
        if (errno != EINTR) plugin::fail_system("poll", errno);
    }
}

inline void write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = write(file, bytes.data(), bytes.size());
        if (size < 0 && errno != EINTR) plugin::fail_system("write", errno);
        if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
    }
}

// Fewer bytes only where the other side has gone.
inline std::string read_exactly(int file, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = read(file, bytes.data() + done, size - done);
        if (got < 0 && errno != EINTR) plugin::fail_system("read", errno);
        if (got == 0) break;
        if (got > 0) done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

// Takes out what is there, and no more.
inline std::string read_available(int file) {
    std::string bytes;
    char some[4096];
    while (await(file, POLLIN, plugin::Deadline::at(0))) {
        const ssize_t got = read(file, some, sizeof some);
        if (got <= 0) break;
        bytes.append(some, static_cast<std::size_t>(got));
    }
    return bytes;
}

// What a queue holds, for its snapshot: nobody looks after that.
inline std::string take_all(plugin::Queue& queue) {
    std::vector<std::string> values;
    for (plugin::Reply next = queue.take(plugin::Deadline::at(0)); next.status == STAGGER_OK;
         next = queue.take(plugin::Deadline::at(0)))
        values.push_back(next.result);
    return wire::encode_list(values);
}

// For the next execution.
inline void drain(int file) {
    read_available(file);
}

}  // namespace stagger::zoo
