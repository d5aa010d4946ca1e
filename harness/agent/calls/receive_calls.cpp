// SPDX-License-Identifier: Apache-2.0
//
// recv and its kin: tried when chosen, with MSG_DONTWAIT. MSG_WAITALL takes what is there, step by
// step. A receive makes room, so it may wake senders. Runs in the task that calls. recv(2).
#include <sys/socket.h>

#include "harness/agent/calls/address.hpp"
#include "harness/agent/calls/passed.hpp"
#include "harness/agent/calls/pieces.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

ssize_t real_recvmsg(int socket, msghdr& message, int flags) {
    STAGGER_REAL(recvmsg);
    return real(socket, &message, flags);
}

// A fault may have it take less than there is, of what is received into one piece of memory.
class Shorter {
public:
    Shorter(int socket, msghdr& message) : message_(message) {
        if (message.msg_iovlen != 1) return;
        whole_ = message.msg_iov->iov_len;
        message.msg_iov->iov_len = shortened(socket, whole_);
    }
    ~Shorter() {
        if (message_.msg_iovlen == 1) message_.msg_iov->iov_len = whole_;
    }
    Shorter(const Shorter&) = delete;
    Shorter& operator=(const Shorter&) = delete;

private:
    msghdr& message_;
    std::size_t whole_ = 0;
};

// The kernel shortens these where it has less to say; each try begins with the caller's.
ssize_t try_receive(const DescriptorCall& call, msghdr& message, int flags) {
    const msghdr asked = message;
    return try_descriptor(call, [&](bool patient) {
        message = asked;
        const Shorter shorter(call.descriptor, message);
        return real_recvmsg(call.descriptor, message, patient ? flags | MSG_DONTWAIT : flags);
    });
}

// MSG_WAITALL on a stream, after `received` bytes came.
ssize_t receive_rest(const DescriptorCall& call, const msghdr& asked, int flags,
                     std::size_t received) {
    Pieces pieces(asked.msg_iov, asked.msg_iovlen);
    pieces.advance(received);
    while (pieces.left() > 0) {
        Pieces::Part part = pieces.first(pieces.left());
        msghdr message{};
        message.msg_iov = part.vector;
        message.msg_iovlen = static_cast<std::size_t>(part.count);
        const ssize_t more = try_receive(call, message, flags);
        if (more <= 0) break;
        received += static_cast<std::size_t>(more);
        pieces.advance(static_cast<std::size_t>(more));
    }
    return static_cast<ssize_t>(received);
}

ssize_t receive_controlled(int socket, msghdr& message, int flags) {
    const DescriptorCall call{Call::Receive, socket, Direction::In, descriptor_key(socket),
                              (flags & MSG_DONTWAIT) != 0};
    const msghdr asked = message;
    const ssize_t received = try_receive(call, message, flags);
    if (received <= 0) return received;
    note_received(socket, message);
    const bool all = (flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) == MSG_WAITALL;
    if (!all || socket_type(socket) != SOCK_STREAM || !may_wait(socket, Direction::In)) {
        return received;
    }
    return receive_rest(call, asked, flags, static_cast<std::size_t>(received));
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED ssize_t recvmsg(int socket, msghdr* message, int flags) {
    if (controlled()) {
        EngineCode engine;
        return settle(engine, receive_controlled(socket, *message, flags));
    }
    const ssize_t received = real_recvmsg(socket, *message, flags);
    if (received >= 0) note_received(socket, *message);
    return received;
}

STAGGER_INTERCEPTED ssize_t recvfrom(int socket, void* buffer, std::size_t size, int flags,
                                     sockaddr* address, socklen_t* address_size) {
    STAGGER_REAL(recvfrom);
    if (!controlled()) return real(socket, buffer, size, flags, address, address_size);
    EngineCode engine;
    iovec piece{buffer, size};
    msghdr message{};
    message.msg_name = address;
    message.msg_namelen = address != nullptr && address_size != nullptr ? *address_size : 0;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const ssize_t received = settle(engine, receive_controlled(socket, message, flags));
    if (received >= 0 && address_size != nullptr) *address_size = message.msg_namelen;
    return received;
}

STAGGER_INTERCEPTED ssize_t recv(int socket, void* buffer, std::size_t size, int flags) {
    STAGGER_REAL(recv);
    if (!controlled()) return real(socket, buffer, size, flags);
    return recvfrom(socket, buffer, size, flags, nullptr, nullptr);
}

STAGGER_INTERCEPTED ssize_t __recv_chk(int socket, void* buffer, std::size_t size, std::size_t,
                                       int flags) {
    return recv(socket, buffer, size, flags);
}

STAGGER_INTERCEPTED ssize_t __recvfrom_chk(int socket, void* buffer, std::size_t size, std::size_t,
                                           int flags, sockaddr* address, socklen_t* address_size) {
    return recvfrom(socket, buffer, size, flags, address, address_size);
}
