// SPDX-License-Identifier: Apache-2.0
//
// Queues whose values are in a System V message queue each: small ones as messages, larger ones in
// shared memory, where the message says. The semaphore of the object makes what a put or take does
// one step, and lets tasks wait until a time, which msgrcv does not. Made and removed by the host.
#pragma once

#include "plugins/sysv/semaphore_set.hpp"

namespace stagger::sysv {

// How many messages are sure to fit into a queue of the system's default size.
inline constexpr std::uint64_t kMostHeld = 128;

class MessageQueues {
public:
    explicit MessageQueues(const plugin::Config& config);
    ~MessageQueues();
    MessageQueues(const MessageQueues&) = delete;
    MessageQueues& operator=(const MessageQueues&) = delete;

    static key_t key(const plugin::Config& config, std::size_t object) {
        return key_of(config, "queue" + std::to_string(object));
    }
    int id(std::uint32_t object) const { return ids_[object]; }

private:
    void remove_all();

    std::vector<int> ids_;  // by object; -1 where it is no queue
};

struct MessagesCell {
    memory::LockCell lock;
    memory::WaitCell changed;
    std::uint32_t closed;
    std::uint64_t count;
};

std::unique_ptr<plugin::Object> make_queue(const memory::Place& place, const MessageQueues& queues);
// Empties the queue first.
void create_queue(const memory::Place& place, const MessageQueues& queues,
                  const std::string& initial);

}  // namespace stagger::sysv
