// SPDX-License-Identifier: Apache-2.0
//
// Waits for the next of several descriptors that can be read, fairly: whoever was served goes last.
// For a server's port; one thread.
#pragma once

#include <poll.h>

#include <cstddef>
#include <optional>
#include <vector>

#include <stagger/plugin.hpp>

namespace stagger::server {

class Poller {
public:
    // The place of the descriptor; a negative one is passed over until it is set.
    std::size_t add(int file);
    void set(std::size_t place, int file) { files_[place].fd = file; }
    int file(std::size_t place) const { return files_[place].fd; }
    std::size_t size() const { return files_.size(); }

    // The place of a descriptor that can be read or has lost its other side; nothing at the
    // deadline and after a signal.
    std::optional<std::size_t> wait(plugin::Deadline deadline);
    void reset() { next_ = 0; }

private:
    std::vector<pollfd> files_;
    std::size_t next_ = 0;
};

}  // namespace stagger::server
