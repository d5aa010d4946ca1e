// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/address.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "harness/agent/calls/names.hpp"
#include "harness/agent/calls/path.hpp"
#include "harness/agent/identity.hpp"

namespace stagger::agent {
namespace {

using control::NameKind;

// An address as a name in the registry. Paths are files: unlinking one makes room for another
// object. The others vanish with their socket.
struct Name {
    NameKind kind = NameKind::Address;
    char text[512] = "";
    char path[sizeof(sockaddr_un::sun_path) + 1] = "";  // of a file: as it was spelt
};

Name name_of_port(int type, in_port_t port) {
    Name name;
    std::snprintf(name.text, sizeof(name.text), "%s:%u", type == SOCK_STREAM ? "tcp" : "udp",
                  static_cast<unsigned>(ntohs(port)));
    return name;
}

Name name_of_unix(const sockaddr_un& address, std::size_t size) {
    constexpr std::size_t kPrefix = offsetof(sockaddr_un, sun_path);
    Name name;
    const std::size_t length = size > kPrefix ? size - kPrefix : 0;
    if (length > 0 && address.sun_path[0] != '\0') {
        name.kind = NameKind::File;
        std::memcpy(name.path, address.sun_path, std::min(length, sizeof(name.path) - 1));
        const Path found(AT_FDCWD, name.path, Path::Links::Follow);
        std::strncpy(name.text, found.name(), sizeof(name.text) - 1);
    } else if (length > 0) {  // abstract: any bytes
        std::uint64_t hash = length;
        for (std::size_t i = 1; i < length; ++i) {
            hash = control::mix(hash, static_cast<unsigned char>(address.sun_path[i]));
        }
        std::snprintf(name.text, sizeof(name.text), "abstract:%016llx",
                      static_cast<unsigned long long>(hash));
    }
    return name;
}

Name name_of(int socket, const sockaddr* address, socklen_t size) {
    switch (address->sa_family) {
        case AF_UNIX:
            return name_of_unix(*reinterpret_cast<const sockaddr_un*>(address), size);
        case AF_INET:
            return name_of_port(socket_type(socket),
                                reinterpret_cast<const sockaddr_in*>(address)->sin_port);
        case AF_INET6:
            return name_of_port(socket_type(socket),
                                reinterpret_cast<const sockaddr_in6*>(address)->sin6_port);
        default:
            return {};
    }
}

}  // namespace

int socket_type(int socket) {
    int type = -1;
    socklen_t size = sizeof(type);
    return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 ? type : -1;
}

std::uint64_t socket_at(int socket, const sockaddr* address, socklen_t size) {
    const Name name = name_of(socket, address, size);
    return name.text[0] != '\0' ? name_id(name.kind, name.text, false) : 0;
}

// A link where the socket should be is in the way, wherever it leads.
control::Key address_key(int socket, const sockaddr* address, socklen_t size) {
    const Name name = name_of(socket, address, size);
    if (name.kind == NameKind::File) return key_of({AT_FDCWD, name.path, Path::Links::Keep});
    return name_key(name.kind, name.text);
}

void note_addressed(int socket, const sockaddr* address, socklen_t size) {
    if (!self.segment->trace.on) return;
    const Name name = name_of(socket, address, size);
    if (name.kind == NameKind::File) return note_found({AT_FDCWD, name.path});
    also_reads(name_key(name.kind, name.text));
}

void note_bound(int socket, const sockaddr* address, socklen_t size) {
    if (!self.segment->trace.on) return;
    const Name name = name_of(socket, address, size);
    if (name.kind != NameKind::File) return;
    note_changed({AT_FDCWD, name.path, Path::Links::Keep});
}

void remember_bound(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
    const Name name = name_of(socket, reinterpret_cast<const sockaddr*>(&address), size);
    if (name.text[0] == '\0') return;
    if (name_id(name.kind, name.text, false) == descriptor_id(socket)) return;
    // A bind that succeeds means that nobody has the address: whoever had it is another object.
    name_removed(name.kind, name.text);
    remember_descriptor(socket, name_id(name.kind, name.text, true));
    if (name.kind == NameKind::Address) name_removed(name.kind, name.text);
}

}  // namespace stagger::agent
