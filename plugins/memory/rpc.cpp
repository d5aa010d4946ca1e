// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "plugins/memory/channels.hpp"

namespace stagger::memory {
namespace {

using plugin::Deadline;
using plugin::Reply;

constexpr std::uint64_t kFirstSlots = 8;

struct Request {
    std::uint32_t caller;
    std::uint64_t number;
    std::string value;
};

class RpcObject : public plugin::Rpc {
public:
    RpcObject(const Place& place, const ChannelOptions& options)
        : place_(place),
          cell_(place.region.at<RpcCell>(place.cell)),
          executions_(options.executions) {}

    Reply call(std::string_view request, Deadline deadline) override {
        return plugin::call_with_retries(executions_, deadline,
                                         [&](Deadline until) { return call_once(request, until); });
    }
    Reply serve(Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        const bool there =
            lock.wait_until(cell_.changed, deadline, [this] { return cell_.requests.count > 0; });
        if (!there) return {STAGGER_EMPTY};
        Request request = read(0);
        cell_.requests.pop_front();
        Party& mine = of(plugin::current_task);
        mine.served = request.number;
        mine.caller = request.caller;
        return Reply::of(std::move(request.value));
    }
    void reply(std::string_view value) override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        Party& mine = of(plugin::current_task);
        if (mine.served == 0)
            throw plugin::Failure("reply without a request that this task serves");
        Party& caller = of(mine.caller);
        // Who no longer waits for this call gets nothing.
        if (caller.called == mine.served && caller.replied == 0) {
            caller.reply.write(place_.region, value, place_.value_size);
            caller.replied = 1;
            place_.guard->wake_all(cell_.changed);
        }
        mine.served = 0;
    }
    std::string snapshot() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        std::vector<std::string> values;
        for (std::uint64_t i = 0; i < cell_.requests.count; ++i) values.push_back(read(i).value);
        return wire::encode_list(values);
    }

private:
    Reply call_once(std::string_view request, Deadline deadline) {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        Party& mine = of(plugin::current_task);
        mine.called = ++cell_.last_call;
        mine.replied = 0;
        send(mine.called, request);
        const bool replied =
            lock.wait_until(cell_.changed, deadline, [&mine] { return mine.replied != 0; });
        const std::uint64_t number = mine.called;
        mine.called = 0;
        if (replied) return Reply::of(mine.reply.read(place_.region, place_.value_size));
        if (executions_ == STAGGER_EXACTLY_ONCE) withdraw(number);
        return {STAGGER_TIMEOUT};
    }
    void send(std::uint64_t number, std::string_view value) {
        const std::vector<std::string> parts = {
            wire::encode_integer(plugin::current_task),
            wire::encode_integer(static_cast<std::int64_t>(number)), std::string(value)};
        cell_.requests.push_back(place_.region, wire::encode_list(parts), 0);
        place_.guard->wake_all(cell_.changed);
    }
    void withdraw(std::uint64_t number) {
        for (std::uint64_t i = 0; i < cell_.requests.count; ++i)
            if (read(i).number == number) return cell_.requests.erase(place_.region, i);
    }
    Request read(std::uint64_t index) const {
        const std::string bytes = cell_.requests.at(place_.region, index).read(place_.region, 0);
        std::vector<std::string_view> parts;
        for (const std::string_view part : wire::items(bytes)) parts.push_back(part);
        const auto caller = parts.size() == 3 ? wire::decode_integer(parts[0]) : std::nullopt;
        const auto number = parts.size() == 3 ? wire::decode_integer(parts[1]) : std::nullopt;
        if (!caller || !number || *caller < 0 || *caller >= std::int64_t{place_.tasks})
            throw plugin::Failure("torn value: a request without its caller was read");
        return {static_cast<std::uint32_t>(*caller), static_cast<std::uint64_t>(*number),
                std::string(parts[2])};
    }
    Party& of(std::uint32_t task) const { return cell_.parties()[task]; }

    const Place place_;
    RpcCell& cell_;
    const stagger_executions executions_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_rpc(const Place& place, const ChannelOptions& options) {
    return std::make_unique<RpcObject>(place, options);
}

void create_rpc(const Place& place) {
    auto& cell = place.region.at<RpcCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    cell.requests.reserve(place.region, kFirstSlots);
}

}  // namespace stagger::memory
