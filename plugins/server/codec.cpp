// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/codec.hpp"

#include <stagger/padding.hpp>

namespace stagger::server {
namespace {

template <typename Number>
void append(std::string& out, Number number) {
    wire::detail::append_little_endian(out, number);
}

void append_bytes(std::string& out, std::string_view bytes) {
    append(out, static_cast<std::uint32_t>(bytes.size()));
    out.append(bytes);
}

void append_caller(std::string& out, const Caller& caller) {
    append(out, caller.task);
    append(out, caller.process);
}

// A value, or nothing where the operation takes none.
void append_value(std::string& out, std::string_view value, std::uint64_t size) {
    append_bytes(out, value.empty() ? std::string() : plugin::pad(value, size));
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::string_view bytes(std::size_t size) {
        if (size > rest_.size()) plugin::fail_torn("a message ends too early");
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    template <typename Number>
    Number number() {
        return wire::detail::read_little_endian<Number>(bytes(sizeof(Number)).data());
    }
    Caller caller() {
        const auto task = number<std::uint32_t>();
        return {task, number<std::uint32_t>()};
    }
    std::string_view sized_bytes() { return bytes(number<std::uint32_t>()); }
    std::string value(std::uint64_t size) {
        const std::string_view wire = sized_bytes();
        return wire.empty() ? std::string() : std::string(plugin::unpad(wire, size));
    }

private:
    std::string_view rest_;
};

}  // namespace

Sizes value_sizes(const std::vector<plugin::ObjectSpec>& objects) {
    Sizes sizes;
    for (const plugin::ObjectSpec& object : objects) sizes.push_back(object.value_size);
    return sizes;
}

std::string encode(const plugin::Call& call, const Caller& caller, plugin::Deadline deadline,
                   const Sizes& sizes) {
    const std::uint64_t size = sizes.at(call.object);
    std::string out;
    append_caller(out, caller);
    append(out, static_cast<std::uint32_t>(call.operation));
    append(out, call.object);
    append(out, call.operation == STAGGER_WAIT ? call.with : std::uint32_t{0});
    append(out, static_cast<std::uint64_t>(deadline.nanoseconds()));
    append_bytes(out, call.key);
    append_value(out, call.value, size);
    append_value(out, call.expected, size);
    return out;
}

void decode(std::string_view bytes, const Sizes& sizes, Request& out) {
    Reader reader(bytes);
    out.caller = reader.caller();
    out.operation = static_cast<stagger_operation>(reader.number<std::uint32_t>());
    out.object = reader.number<std::uint32_t>();
    out.with = reader.number<std::uint32_t>();
    out.deadline = static_cast<std::int64_t>(reader.number<std::uint64_t>());
    out.key = reader.sized_bytes();
    if (out.object >= sizes.size() || out.with >= sizes.size())
        plugin::fail_torn("a request names an unknown object");
    out.value = reader.value(sizes[out.object]);
    out.expected = reader.value(sizes[out.object]);
}

std::string encode(const Answer& answer, const Sizes& sizes) {
    std::string out;
    append_caller(out, answer.caller);
    append(out, static_cast<std::uint32_t>(answer.status));
    append(out, answer.object);
    append_bytes(out, answer.failure);
    append_value(out, answer.result, answer.object < sizes.size() ? sizes[answer.object] : 0);
    return out;
}

plugin::Reply decode_answer(std::string_view bytes, const Sizes& sizes) {
    Reader reader(bytes);
    reader.caller();
    plugin::Reply reply;
    reply.status = static_cast<stagger_status>(reader.number<std::uint32_t>());
    const std::uint32_t object = reader.number<std::uint32_t>();
    const std::string_view failure = reader.sized_bytes();
    if (reply.status == STAGGER_ERROR) throw plugin::Failure(std::string(failure));
    if (object >= sizes.size()) plugin::fail_torn("an answer names an unknown object");
    reply.result = reader.value(sizes[object]);
    return reply;
}

bool is_for(const Caller& caller, std::string_view bytes) {
    return Reader(bytes).caller() == caller;
}

}  // namespace stagger::server
