// SPDX-License-Identifier: Apache-2.0
//
// A topic is one ring for all: publishers claim positions, and each subscriber has a cursor of its
// own, which publishers never overtake by a whole round (after the LMAX Disruptor, 2011). All get
// the same values in the same order.
#include "plugins/ring/ring.hpp"

namespace stagger::ring {
namespace {

using plugin::Deadline;
using plugin::Reply;

class RingTopic : public plugin::Topic {
public:
    explicit RingTopic(const memory::Place& place)
        : place_(place), cell_(place.region.at<TopicCell>(place.cell)) {}

    stagger_status publish(std::string_view value, Deadline deadline) override {
        std::optional<std::uint64_t> mine;
        cell_.changed.wait_until(deadline, [&] {
            std::uint64_t tail = cell_.tail.load();
            // Who subscribed since is at this tail or behind the next: then this one has changed.
            while (!is_full(tail)) {
                const std::uint64_t claimed = tail;
                if (!cell_.tail.compare_exchange_strong(tail, claimed + 1)) continue;
                mine = claimed;
                return true;
            }
            return false;
        });
        if (!mine) return STAGGER_FULL;
        Place& place = await(*mine, 0);
        place.value.write(place_.region, value, place_.value_size);
        place.turn.fetch_add(1);
        cell_.changed.ring();
        return STAGGER_OK;
    }
    // The cursor is at the tail, and publishers have seen it there: or it is put there again.
    void subscribe() override {
        std::atomic<std::uint64_t>& cursor = cell_.cursor(plugin::current_task);
        if (cursor.load() != 0) return;
        std::uint64_t tail = cell_.tail.load();
        for (;;) {
            cursor.store(tail + 1);
            const std::uint64_t now = cell_.tail.load();
            if (now == tail) return;
            tail = now;
        }
    }
    Reply receive(Deadline deadline) override {
        std::atomic<std::uint64_t>& cursor = cell_.cursor(plugin::current_task);
        if (cursor.load() == 0) throw plugin::Failure("this task has not subscribed to the topic");
        const std::uint64_t mine = cursor.load() - 1;
        if (!cell_.changed.wait_until(deadline, [&] { return cell_.tail.load() > mine; }))
            return {STAGGER_EMPTY};
        std::string value = value_of(await(mine, 1));
        cursor.store(mine + 2);
        cell_.changed.ring();
        return Reply::of(std::move(value));
    }
    std::string snapshot() override {
        std::map<std::string, std::string> all;
        const std::uint64_t tail = cell_.tail.load();
        for (std::uint32_t task = 0; task < place_.tasks; ++task) {
            const std::uint64_t cursor = cell_.cursor(task).load();
            if (cursor == 0) continue;
            std::vector<std::string> held;
            for (std::uint64_t at = cursor - 1; at < tail; ++at)
                if (place_at(at).turn.load() == turn(at, 1)) held.push_back(value_of(place_at(at)));
            all[wire::encode_integer(task)] = plugin::subscriber_snapshot(held, 0);
        }
        return wire::encode_map(all);
    }

private:
    Place& place_at(std::uint64_t position) const {
        return cell_.places.at(place_.region, position);
    }
    std::string value_of(const Place& place) const {
        return place.value.read(place_.region, place_.value_size);
    }
    std::uint64_t turn(std::uint64_t position, std::uint64_t filled) const {
        return cell_.places.lap(position) + filled;
    }
    bool is_full(std::uint64_t tail) const {
        for (std::uint32_t task = 0; task < place_.tasks; ++task) {
            const std::uint64_t cursor = cell_.cursor(task).load();
            if (cursor != 0 && tail + 1 >= cursor + cell_.places.capacity) return true;
        }
        return false;
    }
    // The place, once whoever used it before has finished.
    Place& await(std::uint64_t position, std::uint64_t filled) {
        Place& place = place_at(position);
        cell_.changed.wait_until(Deadline::after(-1),
                                 [&] { return place.turn.load() == turn(position, filled); });
        return place;
    }

    const memory::Place place_;
    TopicCell& cell_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_topic(const memory::Place& place) {
    return std::make_unique<RingTopic>(place);
}

void create_topic(const memory::Place& place) {
    place.region.at<TopicCell>(place.cell)
        .places.create(place.region, place.capacity != 0 ? place.capacity : kCapacity);
}

}  // namespace stagger::ring
