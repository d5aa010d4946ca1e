// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/data.hpp"

#include <map>
#include <vector>

#include <stagger/lists.hpp>

namespace stagger::memory {
namespace {

constexpr std::uint64_t kFirstSlots = 16;

template <typename Cell>
class Over {
protected:
    explicit Over(const Place& place) : place_(place), cell_(place.region.at<Cell>(place.cell)) {}

    Locked locked() { return Locked(*place_.guard, cell_.lock, place_.object); }
    std::string element(std::uint64_t index) const {
        return cell_.items.at(place_.region, index).read(place_.region, place_.value_size);
    }
    std::string elements() const {
        std::vector<std::string> all;
        const std::uint64_t count = cell_.items.count;
        for (std::uint64_t i = 0; i < count; ++i) all.push_back(element(i));
        return wire::encode_list(all);
    }

    const Place place_;
    Cell& cell_;
};

class ListObject : public plugin::List, Over<SequenceCell> {
public:
    explicit ListObject(const Place& place) : Over(place) {}

    void append(std::string_view value) override {
        const Locked lock = locked();
        cell_.items.push_back(place_.region, value, place_.value_size);
    }
    plugin::Reply pop() override {
        const Locked lock = locked();
        const std::uint64_t count = cell_.items.count;
        if (count == 0) return {STAGGER_EMPTY};
        std::string last = element(count - 1);
        cell_.items.pop_back();
        return plugin::Reply::of(std::move(last));
    }
    std::string read() override {
        const Locked lock = locked();
        return elements();
    }
};

// Keys and values alternate in the sequence, in the order in which the keys came.
class MapObject : public plugin::Map, Over<SequenceCell> {
public:
    explicit MapObject(const Place& place) : Over(place) {}

    std::string get(std::string_view key) override {
        const Locked lock = locked();
        const std::uint64_t at = find(key);
        return at < cell_.items.count ? element(at + 1) : wire::encode_nil();
    }
    void set(std::string_view key, std::string_view value) override {
        const Locked lock = locked();
        put(find(key), key, value);
    }
    bool erase(std::string_view key) override {
        const Locked lock = locked();
        const std::uint64_t at = find(key);
        if (at >= cell_.items.count) return false;
        cell_.items.erase(place_.region, at + 1);
        cell_.items.erase(place_.region, at);
        return true;
    }
    void append(std::string_view key, std::string_view value) override {
        const Locked lock = locked();
        const std::uint64_t at = find(key);
        std::string list = list_at(at);
        put(at, key, plugin::appended(list, value));
    }
    plugin::Reply pop(std::string_view key) override {
        const Locked lock = locked();
        const std::uint64_t at = find(key);
        std::string list = list_at(at);
        plugin::Reply reply = plugin::popped(list);
        if (reply.status == STAGGER_OK) put(at, key, list);
        return reply;
    }
    std::string read(std::string_view key) override {
        const Locked lock = locked();
        const std::uint64_t at = find(key);
        return list_at(at);
    }
    std::string snapshot() override {
        const Locked lock = locked();
        std::map<std::string, std::string> all;
        for (std::uint64_t i = 0; i + 1 < cell_.items.count; i += 2) all[key(i)] = element(i + 1);
        return wire::encode_map(all);
    }

private:
    std::string key(std::uint64_t index) const {
        return cell_.items.at(place_.region, index).read(place_.region, 0);
    }
    // Where the key stands, or the count.
    std::uint64_t find(std::string_view wanted) const {
        const std::uint64_t count = cell_.items.count;
        for (std::uint64_t i = 0; i + 1 < count; i += 2)
            if (key(i) == wanted) return i;
        return count;
    }
    std::string list_at(std::uint64_t at) const {
        if (at >= cell_.items.count) return plugin::neutral_value(STAGGER_LIST);
        return plugin::list_in_map(element(at + 1));
    }
    void put(std::uint64_t at, std::string_view key, std::string_view value) {
        if (at < cell_.items.count)
            return cell_.items.at(place_.region, at + 1)
                .write(place_.region, value, place_.value_size);
        cell_.items.push_back(place_.region, key, 0);
        cell_.items.push_back(place_.region, value, place_.value_size);
    }
};

class QueueObject : public plugin::Queue, Over<QueueCell> {
public:
    explicit QueueObject(const Place& place) : Over(place) {}

    stagger_status put(std::string_view value, plugin::Deadline deadline) override {
        Locked lock = locked();
        const bool ready = lock.wait_until(cell_.changed, deadline, [this] {
            return cell_.closed != 0 || place_.capacity == 0 || cell_.items.count < place_.capacity;
        });
        if (cell_.closed != 0) return STAGGER_CLOSED;
        if (!ready) return STAGGER_FULL;
        cell_.items.push_back(place_.region, value, place_.value_size);
        place_.guard->wake_all(cell_.changed);
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        Locked lock = locked();
        lock.wait_until(cell_.changed, deadline,
                        [this] { return cell_.items.count > 0 || cell_.closed != 0; });
        if (cell_.items.count == 0) return {cell_.closed != 0 ? STAGGER_CLOSED : STAGGER_EMPTY};
        std::string first = element(0);
        cell_.items.pop_front();
        place_.guard->wake_all(cell_.changed);
        return plugin::Reply::of(std::move(first));
    }
    std::int64_t size() override {
        const Locked lock = locked();
        return static_cast<std::int64_t>(cell_.items.count);
    }
    void close() override {
        const Locked lock = locked();
        cell_.closed = 1;
        place_.guard->wake_all(cell_.changed);
    }
    std::string snapshot() override {
        const Locked lock = locked();
        return elements();
    }
};

}  // namespace

std::unique_ptr<plugin::Object> make_list(const Place& place) {
    return std::make_unique<ListObject>(place);
}
std::unique_ptr<plugin::Object> make_map(const Place& place) {
    return std::make_unique<MapObject>(place);
}
std::unique_ptr<plugin::Object> make_queue(const Place& place) {
    return std::make_unique<QueueObject>(place);
}

namespace {

void fill(const Place& place, Sequence& items, const std::string& initial) {
    items.reserve(place.region, kFirstSlots);
    for (const std::string_view item : wire::items(initial))
        items.push_back(place.region, item, place.value_size);
    for (const auto& [key, value] : wire::pairs(initial)) {
        items.push_back(place.region, key, 0);
        items.push_back(place.region, value, place.value_size);
    }
}

}  // namespace

void create_sequence(const Place& place, const std::string& initial) {
    auto& cell = place.region.at<SequenceCell>(place.cell);
    place.guard->create(cell.lock);
    fill(place, cell.items, initial);
}

void create_queue(const Place& place, const std::string& initial) {
    auto& cell = place.region.at<QueueCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    cell.closed = 0;
    fill(place, cell.items, initial);
}

}  // namespace stagger::memory
