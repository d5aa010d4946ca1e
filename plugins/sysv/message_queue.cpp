// SPDX-License-Identifier: Apache-2.0
#include "plugins/sysv/message_queue.hpp"

#include <errno.h>
#include <sys/msg.h>

#include <stagger/padding.hpp>

namespace stagger::sysv {
namespace {

using plugin::Deadline;

constexpr long kType = 1;
constexpr std::size_t kSmall = 64;

struct Message {
    long type = kType;
    std::uint64_t size = 0;
    std::uint64_t block = 0;  // where it lies, if it is larger than kSmall
    char small[kSmall] = {};

    std::size_t length() const { return sizeof *this - sizeof type - (block != 0 ? kSmall : 0); }
};

void send(const memory::Place& place, int queue, std::string_view value) {
    const std::string wire = plugin::pad(value, place.value_size);
    Message message;
    message.size = wire.size();
    if (wire.size() > kSmall) {
        message.block = place.region.allocate(wire.size());
        memcpy(place.region.checked(message.block, wire.size()), wire.data(), wire.size());
    } else {
        memcpy(message.small, wire.data(), wire.size());
    }
    // There is room: no more than kMostHeld are ever in it.
    while (msgsnd(queue, &message, message.length(), IPC_NOWAIT) != 0)
        if (errno != EINTR) plugin::fail_system("msgsnd", errno);
}

// Nothing where the queue is empty.
bool receive(int queue, Message& message) {
    while (msgrcv(queue, &message, sizeof message - sizeof message.type, kType, IPC_NOWAIT) < 0) {
        if (errno == ENOMSG) return false;
        if (errno != EINTR) plugin::fail_system("msgrcv", errno);
    }
    return true;
}

std::string value_of(const memory::Place& place, const Message& message) {
    const char* bytes = message.small;
    if (message.block != 0)
        bytes = place.region.checked(message.block, message.size);
    else if (message.size > kSmall)
        plugin::fail_torn("a message was received with the size of a larger one");
    const std::string wire(bytes, message.size);
    return std::string(plugin::unpad(wire, place.value_size));
}

class QueueObject : public plugin::Queue {
public:
    QueueObject(const memory::Place& place, int queue)
        : place_(place), queue_(queue), cell_(place.region.at<MessagesCell>(place.cell)) {}

    stagger_status put(std::string_view value, Deadline deadline) override {
        memory::Locked lock = locked();
        const bool ready = lock.wait_until(cell_.changed, deadline, [this] {
            return cell_.closed != 0 || cell_.count < capacity();
        });
        if (cell_.closed != 0) return STAGGER_CLOSED;
        if (!ready) return STAGGER_FULL;
        send(place_, queue_, value);
        ++cell_.count;
        place_.guard->wake_all(cell_.changed);
        return STAGGER_OK;
    }
    plugin::Reply take(Deadline deadline) override {
        memory::Locked lock = locked();
        lock.wait_until(cell_.changed, deadline,
                        [this] { return cell_.count > 0 || cell_.closed != 0; });
        Message message;
        if (!receive(queue_, message)) return {cell_.closed != 0 ? STAGGER_CLOSED : STAGGER_EMPTY};
        --cell_.count;
        place_.guard->wake_all(cell_.changed);
        return plugin::Reply::of(value_of(place_, message));
    }
    std::int64_t size() override {
        const memory::Locked lock = locked();
        return static_cast<std::int64_t>(cell_.count);
    }
    void close() override {
        const memory::Locked lock = locked();
        cell_.closed = 1;
        place_.guard->wake_all(cell_.changed);
    }
    // A message queue shows nothing without giving it away: each goes to the end in turn.
    std::string snapshot() override {
        const memory::Locked lock = locked();
        std::vector<std::string> all;
        Message message;
        for (std::uint64_t i = 0; i < cell_.count && receive(queue_, message); ++i) {
            all.push_back(value_of(place_, message));
            send(place_, queue_, all.back());
        }
        return wire::encode_list(all);
    }

private:
    memory::Locked locked() { return memory::Locked(*place_.guard, cell_.lock, place_.object); }
    std::uint64_t capacity() const { return place_.capacity != 0 ? place_.capacity : kMostHeld; }

    const memory::Place place_;
    const int queue_;
    MessagesCell& cell_;
};

}  // namespace

MessageQueues::MessageQueues(const plugin::Config& config) {
    try {
        const std::vector<plugin::ObjectSpec> objects = config.objects();
        for (std::size_t i = 0; i < objects.size(); ++i) {
            ids_.push_back(-1);
            if (objects[i].type != STAGGER_QUEUE) continue;
            if (objects[i].capacity > kMostHeld || wire::count(objects[i].initial) > kMostHeld)
                throw plugin::Failure("a System V message queue holds 128 values at most");
            ids_.back() = msgget(key(config, i), IPC_CREAT | IPC_EXCL | 0600);
            if (ids_.back() == -1) plugin::fail_system("msgget, one for each queue", errno);
        }
    } catch (...) {
        remove_all();
        throw;
    }
}

MessageQueues::~MessageQueues() {
    remove_all();
}

void MessageQueues::remove_all() {
    for (const int id : ids_)
        if (id != -1) msgctl(id, IPC_RMID, nullptr);
}

std::unique_ptr<plugin::Object> make_queue(const memory::Place& place,
                                           const MessageQueues& queues) {
    return std::make_unique<QueueObject>(place, queues.id(place.object));
}

void create_queue(const memory::Place& place, const MessageQueues& queues,
                  const std::string& initial) {
    auto& cell = place.region.at<MessagesCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    Message message;
    while (receive(queues.id(place.object), message)) {
    }
    for (const std::string_view value : wire::items(initial)) {
        send(place, queues.id(place.object), value);
        ++cell.count;
    }
}

}  // namespace stagger::sysv
