// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/wire.hpp"

#include <errno.h>
#include <sys/socket.h>

namespace stagger::conformance {
namespace {

bool send_all(int socket, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        at += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_all(int socket, void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t received = recv(socket, at, size, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) return false;
        at += received;
        size -= static_cast<std::size_t>(received);
    }
    return true;
}

Value decoded(const std::string& bytes) {
    auto value = Value::decode(bytes);
    return value.ok() ? *value : Value("these bytes are no value");
}

}  // namespace

bool send_message(int socket, const Message& message) {
    const std::size_t parts = message.size();
    if (!send_all(socket, &parts, sizeof parts)) return false;
    for (const std::string& part : message) {
        const std::size_t size = part.size();
        if (!send_all(socket, &size, sizeof size) || !send_all(socket, part.data(), size))
            return false;
    }
    return true;
}

bool receive_message(int socket, Message& message) {
    std::size_t parts = 0;
    if (!receive_all(socket, &parts, sizeof parts)) return false;
    message.assign(parts, "");
    for (std::string& part : message) {
        std::size_t size = 0;
        if (!receive_all(socket, &size, sizeof size)) return false;
        part.resize(size);
        if (!receive_all(socket, part.data(), size)) return false;
    }
    return true;
}

Message to_message(const Request& request) {
    return {std::to_string(request.operation),
            std::to_string(request.object),
            request.value.encode(),
            request.key.encode(),
            request.expected.encode(),
            std::to_string(request.with),
            std::to_string(request.timeout)};
}

Request to_request(const Message& message) {
    return {static_cast<stagger_operation>(std::stoul(message.at(0))),
            static_cast<std::uint32_t>(std::stoul(message.at(1))),
            decoded(message.at(2)),
            decoded(message.at(3)),
            decoded(message.at(4)),
            static_cast<std::uint32_t>(std::stoul(message.at(5))),
            std::stod(message.at(6))};
}

Message to_message(const Outcome& outcome) {
    return {std::to_string(outcome.status), outcome.value.encode(), outcome.failure};
}

Outcome to_outcome(const Message& message) {
    return {static_cast<stagger_status>(std::stoul(message.at(0))), decoded(message.at(1)),
            message.at(2)};
}

}  // namespace stagger::conformance
