// SPDX-License-Identifier: Apache-2.0
//
// A server answers a request over a stream socket and closes the connection. If something of the
// client's has arrived that it has not read, the close is no orderly end: the client, who reads the
// answer up to the end, gets ECONNRESET, and over TCP may not even get the answer.
//
// Reported in https://github.com/google/gvisor/issues/735 and
// https://github.com/oven-sh/bun/pull/35947 . Fixed by ending one's own direction only, reading to
// the end of the other's, and closing then.
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include <stagger/backend.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Close : std::uint8_t { AtOnce, Drained };

constexpr std::string_view kRequest = "get it", kMore = "and then", kAnswer = "here it is";

Close how_to_close;
zoo::Descriptor* listener = nullptr;  // made by the host, inherited by all
sockaddr_un address;

stagger_status fail(const char* what, int error) {
    plugin::detail::host->fail((std::string(what) + ": " + strerrordesc_np(error)).c_str());
    return STAGGER_ERROR;
}

bool send_all(int socket, std::string_view bytes) {
    return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

// Reads up to the end; the error that came instead, or 0.
int read_to_end(int socket, std::string& bytes) {
    char some[64];
    for (;;) {
        const ssize_t got = recv(socket, some, sizeof some, 0);
        if (got == 0) return 0;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        bytes.append(some, static_cast<std::size_t>(got));
    }
}

stagger_status ask(stagger_peer*, const stagger_call*) {
    const zoo::Descriptor server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    if (connect(server.get(), name, sizeof address) != 0) return fail("connect", errno);
    if (!send_all(server.get(), kRequest)) return fail("send of the request", errno);
    send_all(server.get(), kMore);  // the server may have had enough
    shutdown(server.get(), SHUT_WR);
    std::string answer;
    const int error = read_to_end(server.get(), answer);
    if (error != 0) return fail("recv of the answer", error);
    return answer == kAnswer ? STAGGER_OK : fail("the answer", EBADMSG);
}

stagger_status answer_one(stagger_peer*, const stagger_call*) {
    const zoo::Descriptor client(accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.is_open()) return fail("accept4", errno);
    zoo::read_exactly(client.get(), kRequest.size());
    if (!send_all(client.get(), kAnswer)) return fail("send of the answer", errno);
    if (how_to_close == Close::Drained) {
        shutdown(client.get(), SHUT_WR);
        std::string rest;
        read_to_end(client.get(), rest);
    }
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"ask", "sends a request and more, and reads the answer to its end", ask},
    {"answer_one", "answers one request and closes the connection", answer_one},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"close", "at-once|drained", "at-once", "how the server closes a connection"},
    {nullptr, nullptr, nullptr, nullptr},
};

class UnreadRequest : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"zoo_unread_request", "a server that answers one request", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit UnreadRequest(const plugin::Config& config)
        : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        how_to_close = config.choose<Close>("close", {"at-once", "drained"});
        const std::string path = config.path("ask");
        if (path.size() >= sizeof address.sun_path) throw plugin::Failure("the path is too long");
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        const auto* const name = reinterpret_cast<const sockaddr*>(&address);
        if (bind(socket_.get(), name, sizeof address) != 0 || listen(socket_.get(), 8) != 0)
            plugin::fail_system("listening at " + path, errno);
        listener = &socket_;
    }
    ~UnreadRequest() override { unlink(address.sun_path); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<plugin::NoObjects>();
    }
    // Connections that nobody has accepted.
    void reset_shared() override {
        while (zoo::await(socket_.get(), POLLIN, plugin::Deadline::at(0)))
            close(accept(socket_.get(), nullptr, nullptr));
    }

private:
    zoo::Descriptor socket_;
};

}  // namespace

STAGGER_BACKEND(UnreadRequest)
