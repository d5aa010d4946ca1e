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
    // `places` descriptors, all passed over until they are set.
    explicit Poller(std::size_t places) : places_(places) { reset(); }
    // Requires: place <= the number of places so far. kNone passes it over.
    void set(std::size_t place, int file);

    // The place of a descriptor that can be read or has lost its other side; nothing at the
    // deadline and after a signal.
    std::optional<std::size_t> wait(plugin::Deadline deadline);
    // As if just made. Allowed while wait() sleeps: it then sleeps on, with nothing to wait for.
    void reset();

    static constexpr int kNone = -1;

private:
    const std::size_t places_;
    std::vector<pollfd> files_;
    std::size_t next_ = 0;
};

}  // namespace stagger::server
