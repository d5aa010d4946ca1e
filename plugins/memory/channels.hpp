// SPDX-License-Identifier: Apache-2.0
//
// The objects that carry messages besides queues, over cells in a region: a stream is a ring of
// bytes, a topic has a queue for each task, an rpc a queue of requests and a place for each task's
// reply. Each process has its own set, over the same cells; threads use them at the same time.
#pragma once

#include <stagger/channels.hpp>

#include "plugins/memory/data.hpp"

namespace stagger::memory {

// The options `overflow` and `delivery`.
struct ChannelOptions {
    bool drop = false;  // a full subscriber loses values, instead of making publishers wait
    stagger_executions executions = STAGGER_EXACTLY_ONCE;
};

inline constexpr std::uint64_t kStreamCapacity = 4096;

struct StreamCell {
    LockCell lock;
    WaitCell changed;
    std::uint32_t closed;
    std::uint32_t writer;  // the task after the one that is in the middle of a write, 0: none
    std::uint64_t head;    // of the first byte, before the remainder by capacity
    std::uint64_t count;
    std::uint64_t capacity;
    std::uint64_t block;
};

struct Subscription {
    std::uint32_t subscribed;
    std::uint32_t reserved;
    std::uint64_t lost;
    Sequence values;
};

// Followed by each task's subscription.
struct TopicCell {
    LockCell lock;
    WaitCell changed;
    Subscription* subscriptions() { return reinterpret_cast<Subscription*>(this + 1); }

    static std::uint64_t size(std::uint32_t tasks) {
        return sizeof(TopicCell) + tasks * sizeof(Subscription);
    }
};

// What a task has to do with an rpc.
struct Party {
    std::uint64_t called;   // the number of its call that waits, 0: none
    std::uint64_t served;   // the number of the call that it serves, 0: none
    std::uint32_t caller;   // whose that is
    std::uint32_t replied;  // its call has its reply
    Slot reply;
};

// Followed by what each task has to do with it. A request is a list: caller, number, value.
struct RpcCell {
    LockCell lock;
    WaitCell changed;
    std::uint64_t last_call;
    Sequence requests;
    Party* parties() { return reinterpret_cast<Party*>(this + 1); }

    static std::uint64_t size(std::uint32_t tasks) {
        return sizeof(RpcCell) + tasks * sizeof(Party);
    }
};

std::unique_ptr<plugin::Object> make_stream(const Place& place);
std::unique_ptr<plugin::Object> make_topic(const Place& place, const ChannelOptions& options);
std::unique_ptr<plugin::Object> make_rpc(const Place& place, const ChannelOptions& options);

void create_stream(const Place& place);
void create_topic(const Place& place);
void create_rpc(const Place& place);

}  // namespace stagger::memory
