// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/passed.hpp"

#include <cstring>

#include "harness/agent/calls/messages.hpp"
#include "harness/agent/identity.hpp"

namespace stagger::agent {
namespace {

// Where ids wait that are on their way to whoever waits for `key`.
control::Key on_the_way(control::Key key) {
    return control::mix(key, 1) | 1;
}

template <typename Visit>
void for_each_passed(const msghdr& message, Visit visit) {
    if (message.msg_control == nullptr) return;
    auto* head = const_cast<msghdr*>(&message);
    for (cmsghdr* part = CMSG_FIRSTHDR(head); part != nullptr; part = CMSG_NXTHDR(head, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const unsigned char* data = CMSG_DATA(part);
        for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
            int descriptor = -1;
            std::memcpy(&descriptor, data + (at - CMSG_LEN(0)), sizeof(descriptor));
            visit(descriptor);
        }
    }
}

}  // namespace

void note_passed(int socket, const msghdr& message) {
    for_each_passed(message, [&](int descriptor) {
        const auto* address = static_cast<const sockaddr*>(message.msg_name);
        connection_made(on_the_way(send_key(socket, address, message.msg_namelen)),
                        descriptor_id(descriptor));
    });
}

void note_received(int socket, const msghdr& message) {
    for_each_passed(message, [&](int descriptor) {
        remember_descriptor(descriptor, connection_accepted(on_the_way(descriptor_key(socket))));
    });
}

}  // namespace stagger::agent
