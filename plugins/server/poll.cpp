// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/poll.hpp"

#include <errno.h>

#include <algorithm>

namespace stagger::server {

void Poller::set(std::size_t place, int file) {
    if (place == files_.size()) files_.push_back({kNone, POLLIN, 0});
    files_[place].fd = file;
}

void Poller::reset() {
    for (pollfd& file : files_) file.fd = kNone;
    files_.resize(places_, {kNone, POLLIN, 0});
    next_ = 0;
}

std::optional<std::size_t> Poller::wait(plugin::Deadline deadline) {
    timespec left{};
    if (!deadline.never()) {
        const std::int64_t rest =
            std::max<std::int64_t>(deadline.nanoseconds() - plugin::monotonic_now(), 0);
        left = plugin::Deadline::at(rest).time();
    }
    const int ready =
        ppoll(files_.data(), files_.size(), deadline.never() ? nullptr : &left, nullptr);
    if (ready < 0 && errno != EINTR) plugin::fail_system("ppoll", errno);
    if (ready <= 0) return std::nullopt;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        const std::size_t place = (next_ + i) % files_.size();
        if (files_[place].fd < 0 || files_[place].revents == 0) continue;
        next_ = place + 1;
        return place;
    }
    return std::nullopt;
}

}  // namespace stagger::server
