// SPDX-License-Identifier: Apache-2.0
//
// send and its kin: tried when chosen, with MSG_DONTWAIT. A long message on a stream becomes its
// partial sends, each a step. Runs in the task that calls. send(2), unix(7): a full receiver makes
// senders of datagrams wait, so their key is the receiver's.
#include <sys/socket.h>

#include <climits>
#include <cstring>

#include "harness/agent/calls/address.hpp"
#include "harness/agent/calls/messages.hpp"
#include "harness/agent/calls/passed.hpp"
#include "harness/agent/calls/pieces.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

ssize_t real_sendmsg(int socket, const msghdr& message, int flags) {
    STAGGER_REAL(sendmsg);
    return real(socket, &message, flags);
}

// The rest of a stream's message, after a part of it was sent.
ssize_t send_rest(const DescriptorCall& call, Pieces& pieces, msghdr message, int flags) {
    ssize_t total = 0;
    message.msg_control = nullptr;
    message.msg_controllen = 0;
    while (pieces.left() > 0) {
        Pieces::Part part = pieces.first(INT_MAX);
        message.msg_iov = part.vector;
        message.msg_iovlen = static_cast<std::size_t>(part.count);
        const ssize_t sent = try_descriptor(call, [&](bool) {
            return real_sendmsg(call.descriptor, message, flags | MSG_DONTWAIT);
        });
        if (sent == -1) break;
        total += sent;
        pieces.advance(static_cast<std::size_t>(sent));
    }
    return total;
}

// Where datagrams go: the address given, or that of the peer. Streams have their way already.
struct Receiver {
    sockaddr_storage storage{};
    socklen_t size = 0;  // 0: none

    Receiver(int socket, const sockaddr* address, socklen_t address_size) {
        if (socket_type(socket) != SOCK_DGRAM) return;
        auto* own = reinterpret_cast<sockaddr*>(&storage);
        if (address != nullptr) {
            size = address_size < sizeof(storage) ? address_size : socklen_t{sizeof(storage)};
            std::memcpy(own, address, size);
        } else {
            size = sizeof(storage);
            if (getpeername(socket, own, &size) != 0) size = 0;
        }
    }
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

control::Key key_of(int socket, const Receiver& receiver) {
    const std::uint64_t id =
        receiver.size > 0 ? socket_at(socket, receiver.address(), receiver.size) : 0;
    if (id == 0) return descriptor_key(socket);  // a pair: both ends have one id
    return control::make_key(control::KeySpace::Descriptor, id);
}

}  // namespace

control::Key send_key(int socket, const sockaddr* address, socklen_t size) {
    return key_of(socket, Receiver(socket, address, size));
}

ssize_t send_controlled(Call kind, int socket, const msghdr& message, int flags) {
    const Receiver receiver(socket, static_cast<const sockaddr*>(message.msg_name),
                            message.msg_namelen);
    const DescriptorCall call{kind, socket, Direction::Out, key_of(socket, receiver),
                              (flags & MSG_DONTWAIT) != 0};
    Pieces pieces(message.msg_iov, message.msg_iovlen);
    bool cut = false;  // by a fault: the rest is the caller's business
    const ssize_t sent = try_descriptor(call, [&](bool patient) {
        const int how = patient ? flags | MSG_DONTWAIT : flags;
        const std::size_t most = shortened(socket, pieces.left());
        cut = most < pieces.left();
        if (receiver.size > 0) note_addressed(socket, receiver.address(), receiver.size);
        if (!cut) return real_sendmsg(socket, message, how);
        Pieces::Part part = pieces.first(most);
        msghdr shorter = message;
        shorter.msg_iov = part.vector;
        shorter.msg_iovlen = static_cast<std::size_t>(part.count);
        return real_sendmsg(socket, shorter, how);
    });
    if (sent == -1) return -1;
    note_passed(socket, message);
    pieces.advance(static_cast<std::size_t>(sent));
    if (cut) return sent;
    if (pieces.left() == 0 || call.once || !may_wait(socket, Direction::Out)) return sent;
    return sent + send_rest(call, pieces, message, flags);
}

}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    if (controlled()) {
        EngineCode engine;
        return settle(engine, send_controlled(Call::Send, socket, *message, flags));
    }
    const ssize_t sent = real_sendmsg(socket, *message, flags);
    if (sent >= 0) note_passed(socket, *message);
    return sent;
}

STAGGER_INTERCEPTED ssize_t sendto(int socket, const void* buffer, std::size_t size, int flags,
                                   const sockaddr* address, socklen_t address_size) {
    STAGGER_REAL(sendto);
    if (!controlled()) return real(socket, buffer, size, flags, address, address_size);
    EngineCode engine;
    iovec piece{const_cast<void*>(buffer), size};
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(address);
    message.msg_namelen = address != nullptr ? address_size : 0;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    return settle(engine, send_controlled(Call::Send, socket, message, flags));
}

STAGGER_INTERCEPTED ssize_t send(int socket, const void* buffer, std::size_t size, int flags) {
    STAGGER_REAL(send);
    if (!controlled()) return real(socket, buffer, size, flags);
    return sendto(socket, buffer, size, flags, nullptr, 0);
}
