// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plugins/memory/channels.hpp"

namespace stagger::memory {
namespace {

using plugin::Deadline;

class StreamObject : public plugin::Stream {
public:
    explicit StreamObject(const Place& place)
        : place_(place), cell_(place.region.at<StreamCell>(place.cell)) {}

    // One writer after the other: what does not fit is written as readers make room, and nobody
    // else's bytes come in between.
    Written write(std::string_view bytes, Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        const bool mine = lock.wait_until(cell_.changed, deadline,
                                          [this] { return closed() || cell_.writer == 0; });
        if (closed()) return {STAGGER_CLOSED, 0};
        if (!mine) return {STAGGER_FULL, 0};
        cell_.writer = plugin::current_task + 1;
        const std::size_t written = write_all(lock, bytes, deadline);
        cell_.writer = 0;
        place_.guard->wake_all(cell_.changed);
        if (written == bytes.size()) return {STAGGER_OK, written};
        return {closed() ? STAGGER_CLOSED : STAGGER_FULL, written};
    }
    plugin::Reply read(std::size_t most, Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        lock.wait_until(cell_.changed, deadline, [this] { return cell_.count > 0 || closed(); });
        if (cell_.count == 0) return {closed() ? STAGGER_CLOSED : STAGGER_EMPTY};
        std::string bytes = content(most);
        cell_.head += bytes.size();
        cell_.count -= bytes.size();
        place_.guard->wake_all(cell_.changed);
        return plugin::Reply::of(std::move(bytes));
    }
    void close() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        cell_.closed = 1;
        place_.guard->wake_all(cell_.changed);
    }
    std::string snapshot() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        return wire::encode_text(content(cell_.capacity));
    }

private:
    bool closed() const { return cell_.closed != 0; }
    // No more than the capacity, whatever unprotected writers did to the count.
    std::uint64_t held() const { return std::min<std::uint64_t>(cell_.count, cell_.capacity); }

    std::size_t write_all(Locked& lock, std::string_view bytes, Deadline deadline) {
        std::size_t written = 0;
        while (written < bytes.size()) {
            const bool room = lock.wait_until(
                cell_.changed, deadline, [this] { return closed() || held() < cell_.capacity; });
            if (closed() || !room) break;
            written += write_some(bytes.substr(written));
            place_.guard->wake_all(cell_.changed);
        }
        return written;
    }
    std::size_t write_some(std::string_view bytes) {
        const std::uint64_t end = (cell_.head + held()) % cell_.capacity;
        const std::size_t size =
            std::min<std::size_t>({bytes.size(), cell_.capacity - held(), cell_.capacity - end});
        memcpy(place_.region.checked(cell_.block + end, size), bytes.data(), size);
        cell_.count += size;
        return size;
    }
    // The first bytes, `most` at most.
    std::string content(std::size_t most) const {
        const std::uint64_t start = cell_.head % cell_.capacity;
        const std::size_t size = std::min<std::size_t>(most, held());
        const std::size_t first = std::min<std::size_t>(size, cell_.capacity - start);
        std::string bytes(place_.region.checked(cell_.block + start, first), first);
        bytes.append(place_.region.checked(cell_.block, size - first), size - first);
        return bytes;
    }

    const Place place_;
    StreamCell& cell_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_stream(const Place& place) {
    return std::make_unique<StreamObject>(place);
}

void create_stream(const Place& place) {
    auto& cell = place.region.at<StreamCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    cell.capacity = place.capacity != 0 ? place.capacity : kStreamCapacity;
    cell.block = place.region.allocate(cell.capacity);
}

}  // namespace stagger::memory
