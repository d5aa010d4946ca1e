// SPDX-License-Identifier: Apache-2.0
//
// Streams that are the mechanism itself: a pipe or a pair of sockets for each stream of the case,
// made by the host before anything is forked and inherited by all. No server stands in between.
// Both ends are non-blocking: a call that cannot go on polls, as long as its deadline allows.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <stagger/channels.hpp>

#include "plugins/server/remote.hpp"

namespace stagger::server {

struct StreamEnds {
    int read = -1;
    int write = -1;
};

// What goes over the wire for one write.
enum class Framing : std::uint8_t {
    None,     // its bytes
    Length,   // a frame, see frames.hpp
    Packets,  // a packet: the mechanism itself keeps their boundaries
};

inline constexpr stagger_option kFramingOption = {
    "framing", "none|length", "none",
    "what a stream carries: bytes, or messages whose length stands in front"};
// The option's choice; packets where the mechanism has no other way.
Framing framing_of(const plugin::Config& config, bool packets);

// Makes the ends of one stream that holds about so many bytes; 0: as many as is usual.
using MakeEnds = std::function<StreamEnds(std::uint64_t capacity)>;

// A pipe; Linux rounds its capacity up to pages.
StreamEnds make_pipe(std::uint64_t capacity);

// The case's; made in the host, inherited by every process.
class KernelStreams {
public:
    KernelStreams(const std::vector<plugin::ObjectSpec>& objects, Framing framing,
                  const MakeEnds& make_ends);
    ~KernelStreams();
    KernelStreams(const KernelStreams&) = delete;
    KernelStreams& operator=(const KernelStreams&) = delete;

    // Reads out what an execution left in them.
    void drain() const;
    // A process's objects: streams at their indices, null elsewhere.
    std::vector<std::unique_ptr<plugin::Stream>> open() const;

private:
    void close_all();

    const Framing framing_;
    std::vector<StreamEnds> ends_;  // by object; -1 where it is no stream
};

// Hands the calls on streams to these, and all others to the server.
class StreamingPeer : public plugin::Peer {
public:
    StreamingPeer(const KernelStreams& streams, std::unique_ptr<plugin::Peer> remote)
        : all_(streams), streams_(streams.open()), remote_(std::move(remote)) {}

    plugin::Reply invoke(const plugin::Call& call) override;
    void reset() override;

private:
    const KernelStreams& all_;
    std::vector<std::unique_ptr<plugin::Stream>> streams_;
    const std::unique_ptr<plugin::Peer> remote_;
};

// What a backend says of its types where streams are the kernel's: these have no close.
constexpr auto with_kernel_streams() {
    auto operations = kOperations;
    operations[STAGGER_STREAM] =
        plugin::operation_bits({STAGGER_STREAM_WRITE, STAGGER_STREAM_READ, STAGGER_SNAPSHOT});
    return operations;
}

}  // namespace stagger::server
