// SPDX-License-Identifier: Apache-2.0
//
// Connections: bind, listen, connect, accept, shutdown. Both ends of a connection get one id, that
// of the connecting socket, which travels to accept() beside the connection. A connect on loopback
// is complete when it returns, unless the backlog is full. Runs in the task that calls, and in the
// builder. connect(2), accept(2), unix(7), tcp(7).
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "harness/agent/calls/address.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;

Key key_at(int socket, const sockaddr* address, socklen_t size) {
    return control::make_key(control::KeySpace::Descriptor, socket_at(socket, address, size));
}

// Nagle's algorithm and delayed acknowledgements would hold data back by real time, and a receiver
// would seem to wait for ever.
void send_without_delay(int socket) {
    const int on = 1;
    const int saved = errno;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    errno = saved;
}

int real_connect(int socket, const sockaddr* address, socklen_t size) {
    STAGGER_REAL(connect);
    return real(socket, address, size);
}

// A local connect has no form that does not block, but for a flag that nobody else sees: only one
// task runs.
int try_local_connect(int socket, const sockaddr* address, socklen_t size) {
    STAGGER_REAL(fcntl);
    const int flags = real(socket, F_GETFL);
    real(socket, F_SETFL, flags | O_NONBLOCK);
    const int result = real_connect(socket, address, size);
    const int error = errno;
    real(socket, F_SETFL, flags);
    errno = error;
    return result;
}

// One that goes on in the background is made, too, unless it was refused at once.
bool is_made(int socket, int result) {
    if (result == 0) return true;
    if (errno != EINPROGRESS) return false;
    STAGGER_REAL(poll);
    pollfd entry{socket, POLLOUT, 0};
    const bool refused = real(&entry, 1, 0) == 1 && (entry.revents & (POLLERR | POLLHUP)) != 0;
    errno = EINPROGRESS;
    return !refused;
}

int note_connected(int socket, Key listener, int result) {
    if (process.segment == nullptr || !is_made(socket, result)) return result;
    connection_made(listener, descriptor_id(socket));
    send_without_delay(socket);
    return result;
}

int connect_controlled(int socket, const sockaddr* address, socklen_t size) {
    const Key key = key_at(socket, address, size);
    if (socket_type(socket) == SOCK_DGRAM) {
        point(Call::Connect, key);
        note_addressed(socket, address, size);
        return real_connect(socket, address, size);
    }
    const DescriptorCall call{Call::Connect, socket, Direction::Out, key};
    const bool local = address->sa_family == AF_UNIX;
    const int result = try_descriptor(call, [&](bool patient) {
        note_addressed(socket, address, size);
        return patient && local ? try_local_connect(socket, address, size)
                                : real_connect(socket, address, size);
    });
    note_connected(socket, key, result);
    if (result == -1 && errno == EINPROGRESS) touched(key);
    return result;
}

int note_accepted(int listener, int accepted) {
    if (accepted < 0 || process.segment == nullptr) return accepted;
    remember_descriptor(accepted, connection_accepted(descriptor_key(listener)));
    send_without_delay(accepted);
    return accepted;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int connect(int socket, const sockaddr* address, socklen_t size) {
    if (controlled() && address != nullptr) {
        EngineCode engine;
        return settle(engine, connect_controlled(socket, address, size));
    }
    const int result = real_connect(socket, address, size);
    if (process.segment == nullptr || socket_type(socket) == SOCK_DGRAM) return result;
    return note_connected(socket, key_at(socket, address, size), result);
}

STAGGER_INTERCEPTED int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
    STAGGER_REAL(accept4);
    if (!controlled()) return note_accepted(socket, real(socket, address, size, flags));
    if (has_no_descriptor_left()) return -1;
    EngineCode engine;
    const DescriptorCall call{Call::Accept, socket, Direction::In, descriptor_key(socket)};
    const int accepted = try_when_ready(call, [&] { return real(socket, address, size, flags); });
    return settle(engine, note_accepted(socket, accepted));
}

STAGGER_INTERCEPTED int accept(int socket, sockaddr* address, socklen_t* size) {
    return accept4(socket, address, size, 0);
}

STAGGER_INTERCEPTED int bind(int socket, const sockaddr* address, socklen_t size) noexcept {
    STAGGER_REAL(bind);
    const auto bind_really = [&] {
        const int result = real(socket, address, size);
        if (result == 0 && process.segment != nullptr) remember_bound(socket);
        return result;
    };
    if (!controlled() || address == nullptr) return bind_really();
    EngineCode engine;
    point(Call::Bind, address_key(socket, address, size));
    note_bound(socket, address, size);
    return settle(engine, bind_really());
}

STAGGER_INTERCEPTED int listen(int socket, int backlog) noexcept {
    STAGGER_REAL(listen);
    const auto listen_really = [&] {
        const int result = real(socket, backlog);
        if (result == 0 && process.segment != nullptr) remember_bound(socket);
        return result;
    };
    if (!controlled()) return listen_really();
    EngineCode engine;
    point(Call::Listen, descriptor_key(socket));
    return settle(engine, listen_really());
}

STAGGER_INTERCEPTED int shutdown(int socket, int how) noexcept {
    STAGGER_REAL(shutdown);
    if (!controlled()) return real(socket, how);
    EngineCode engine;
    const Key key = descriptor_key(socket);
    point(Call::Shutdown, key);
    const int result = settle(engine, real(socket, how));
    touched(key);
    return result;
}
