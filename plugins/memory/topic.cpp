// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <vector>

#include "plugins/memory/channels.hpp"

namespace stagger::memory {
namespace {

using plugin::Deadline;

constexpr std::uint64_t kFirstSlots = 8;

class TopicObject : public plugin::Topic {
public:
    TopicObject(const Place& place, const ChannelOptions& options)
        : place_(place), cell_(place.region.at<TopicCell>(place.cell)), drop_(options.drop) {}

    stagger_status publish(std::string_view value, Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        const bool room = lock.wait_until(cell_.changed, deadline,
                                          [this] { return drop_ || !somebody_is_full(); });
        if (!room) return STAGGER_FULL;
        for (std::uint32_t task = 0; task < place_.tasks; ++task) deliver(of(task), value);
        place_.guard->wake_all(cell_.changed);
        return STAGGER_OK;
    }
    void subscribe() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        of(plugin::current_task).subscribed = 1;
    }
    plugin::Reply receive(Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        Subscription& mine = of(plugin::current_task);
        if (mine.subscribed == 0)
            throw plugin::Failure("receive from a topic that this task has not subscribed to");
        const bool there =
            lock.wait_until(cell_.changed, deadline, [&mine] { return mine.values.count > 0; });
        if (!there) return {STAGGER_EMPTY};
        std::string first = mine.values.at(place_.region, 0).read(place_.region, place_.value_size);
        mine.values.pop_front();
        place_.guard->wake_all(cell_.changed);
        return plugin::Reply::of(std::move(first));
    }
    std::string snapshot() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        std::map<std::string, std::string> subscribers;
        for (std::uint32_t task = 0; task < place_.tasks; ++task)
            if (of(task).subscribed != 0)
                subscribers[wire::encode_integer(task)] = plugin::subscriber_snapshot(
                    values_of(of(task)), static_cast<std::int64_t>(of(task).lost));
        return wire::encode_map(subscribers);
    }

private:
    Subscription& of(std::uint32_t task) const { return cell_.subscriptions()[task]; }
    bool is_full(const Subscription& subscription) const {
        return place_.capacity != 0 && subscription.values.count >= place_.capacity;
    }
    bool somebody_is_full() const {
        for (std::uint32_t task = 0; task < place_.tasks; ++task)
            if (of(task).subscribed != 0 && is_full(of(task))) return true;
        return false;
    }
    void deliver(Subscription& subscription, std::string_view value) const {
        if (subscription.subscribed == 0) return;
        if (is_full(subscription)) {
            ++subscription.lost;
            return;
        }
        if (subscription.values.capacity == 0)
            subscription.values.reserve(place_.region, kFirstSlots);
        subscription.values.push_back(place_.region, value, place_.value_size);
    }
    std::vector<std::string> values_of(const Subscription& subscription) const {
        std::vector<std::string> values;
        for (std::uint64_t i = 0; i < subscription.values.count; ++i)
            values.push_back(
                subscription.values.at(place_.region, i).read(place_.region, place_.value_size));
        return values;
    }

    const Place place_;
    TopicCell& cell_;
    const bool drop_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_topic(const Place& place, const ChannelOptions& options) {
    return std::make_unique<TopicObject>(place, options);
}

void create_topic(const Place& place) {
    auto& cell = place.region.at<TopicCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
}

}  // namespace stagger::memory
