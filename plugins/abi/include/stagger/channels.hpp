// SPDX-License-Identifier: Apache-2.0
//
// One class per object type that carries messages besides queues: streams, topics and remote
// procedure calls. Used like those of <stagger/objects.hpp>: override what the mechanism offers.
// Threads of one process call an object at the same time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <stagger/objects.hpp>

namespace stagger::plugin {

// Options that backends have in common.
inline constexpr stagger_option kOverflowOption = {
    "overflow", "wait|drop", "wait",
    "what a topic does when a subscriber holds `capacity` values: publishers wait, or it loses "
    "some"};
inline constexpr stagger_option kDeliveryOption = {
    "delivery", "exactly-once|at-most-once|at-least-once", "exactly-once",
    "how often a call of an rpc may be served"};

inline bool drops(const Config& config) {
    return config.option("overflow") == "drop";
}
inline stagger_executions executions_of(const Config& config) {
    return config.choose<stagger_executions>("delivery",
                                             {"exactly-once", "at-most-once", "at-least-once"});
}

// What a topic's snapshot says of one subscriber.
inline std::string subscriber_snapshot(const std::vector<std::string>& held, std::int64_t lost) {
    const std::map<std::string, std::string> fields = {
        {wire::encode_text("held"), wire::encode_list(held)},
        {wire::encode_text("lost"), wire::encode_integer(lost)}};
    return wire::encode_map(fields);
}

// A call that must be executed at least once is sent again while no reply comes: as often as here,
// and this far apart. The last time it waits for as long as its caller does.
inline constexpr int kRetries = 3;
inline constexpr std::int64_t kRetryAfter = 1'000'000'000;

template <typename CallOnce>
Reply call_with_retries(stagger_executions executions, Deadline deadline, CallOnce call_once) {
    if (executions != STAGGER_AT_LEAST_ONCE || deadline.immediate()) return call_once(deadline);
    for (int retry = 0; retry < kRetries; ++retry) {
        const Deadline next = Deadline::after(kRetryAfter);
        if (next.nanoseconds() >= deadline.nanoseconds()) break;
        Reply reply = call_once(next);
        if (reply.status != STAGGER_TIMEOUT) return reply;
    }
    return call_once(deadline);
}

// Bytes in one direction. No message has an end of its own.
class Stream : public Object {
public:
    struct Written {
        stagger_status status;  // OK; FULL where the time was up; CLOSED
        std::size_t bytes;
    };
    virtual Written write(std::string_view /*bytes*/, Deadline) { throw Unsupported(); }
    // At least one byte, unless EMPTY or CLOSED; the result is bytes, not an encoded value.
    virtual Reply read(std::size_t /*most*/, Deadline) { throw Unsupported(); }
    virtual void close() { throw Unsupported(); }
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_STREAM_WRITE:
                return reply_to_write(call);
            case STAGGER_STREAM_READ:
                return reply_to_read(call);
            case STAGGER_STREAM_CLOSE:
                return close(), Reply();
            default:
                throw Unsupported();
        }
    }

    // What the call of a write or read asks for.
    static std::string_view bytes_of(std::string_view value) {
        const auto text = wire::decode_text(value);
        if (!text) throw Failure("a stream takes text: bytes");
        return *text;
    }
    static std::size_t most_of(std::string_view value) {
        constexpr std::int64_t kMost = 64 * 1024;
        if (value.empty() || wire::is_nil(value)) return kMost;
        const auto most = wire::decode_integer(value);
        if (!most || *most < 1) throw Failure("a read of a stream takes at least one byte");
        return static_cast<std::size_t>(*most);
    }

private:
    Reply reply_to_write(const Call& call) {
        const Written written = write(bytes_of(call.value), call.deadline());
        return {written.status, wire::encode_integer(static_cast<std::int64_t>(written.bytes))};
    }
    Reply reply_to_read(const Call& call) {
        Reply reply = read(most_of(call.value), call.deadline());
        if (reply.status == STAGGER_OK) reply.result = wire::encode_text(reply.result);
        return reply;
    }
};

// Each task that subscribed gets, in order, what was published since.
class Topic : public Object {
public:
    virtual stagger_status publish(std::string_view, Deadline) { throw Unsupported(); }  // FULL
    virtual void subscribe() { throw Unsupported(); }
    virtual Reply receive(Deadline) { throw Unsupported(); }  // EMPTY
    Reply invoke(const Call& call, Object*) override {
        switch (call.operation) {
            case STAGGER_PUBLISH:
                return {publish(call.value, call.deadline())};
            case STAGGER_SUBSCRIBE:
                return subscribe(), Reply();
            case STAGGER_RECEIVE:
                return receive(call.deadline());
            default:
                throw Unsupported();
        }
    }
};

// A call is a request that some task serves and replies to.
class Rpc : public Object {
public:
    virtual Reply call(std::string_view /*request*/, Deadline) { throw Unsupported(); }  // TIMEOUT
    virtual Reply serve(Deadline) { throw Unsupported(); }                               // EMPTY
    virtual void reply(std::string_view) { throw Unsupported(); }
    Reply invoke(const Call& call_, Object*) override {
        switch (call_.operation) {
            case STAGGER_CALL:
                return call(call_.value, call_.deadline());
            case STAGGER_SERVE:
                return serve(call_.deadline());
            case STAGGER_REPLY:
                return reply(call_.value), plugin::Reply();
            default:
                throw Unsupported();
        }
    }
};

}  // namespace stagger::plugin
