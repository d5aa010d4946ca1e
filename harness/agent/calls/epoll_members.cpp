// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/epoll_members.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "harness/agent/calls/messages.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

using control::EpollEntry;
using control::Key;
using control::Registry;

// The order is kept, so that what is seen does not depend on what was taken out.
template <typename Condition>
void remove_if(Condition condition) {
    Registry& registry = process.segment->registry;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < registry.epoll_count; ++i) {
        if (!condition(registry.epolls[i])) registry.epolls[kept++] = registry.epolls[i];
    }
    registry.epoll_count = kept;
}

// Reads lines from a file of /proc, longer ones cut.
class Lines {
public:
    explicit Lines(const char* path) {
        STAGGER_REAL(open);
        file_ = real(path, O_RDONLY | O_CLOEXEC);
    }
    ~Lines() {
        STAGGER_REAL(close);
        if (file_ >= 0) real(file_);
    }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    bool next(char (&line)[128]) {
        std::size_t size = 0;
        for (int c = next_byte(); c >= 0; c = next_byte()) {
            if (c == '\n') {
                line[size] = '\0';
                return true;
            }
            if (size + 1 < sizeof(line)) line[size++] = static_cast<char>(c);
        }
        return false;
    }

private:
    int next_byte() {
        if (position_ == filled_) {
            STAGGER_REAL(read);
            const ssize_t size = file_ < 0 ? 0 : real(file_, buffer_, sizeof(buffer_));
            if (size <= 0) return -1;
            filled_ = static_cast<std::size_t>(size);
            position_ = 0;
        }
        return static_cast<unsigned char>(buffer_[position_++]);
    }

    int file_;
    char buffer_[1024];
    std::size_t position_ = 0, filled_ = 0;
};

// How many members the kernel has that were added by that number: proc_pid_fdinfo(5).
int members_by_number(int epoll, int number) {
    char path[64], line[128];
    std::snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", epoll);
    Lines lines(path);
    int count = 0;
    while (lines.next(line)) {
        constexpr char kMember[] = "tfd:";
        if (std::strncmp(line, kMember, sizeof(kMember) - 1) != 0) continue;
        if (std::atoi(line + sizeof(kMember) - 1) == number) ++count;
    }
    return count;
}

int open_members(Key epoll, int number) {
    int count = 0;
    for_each_member(process.segment->registry, epoll, [&](const EpollEntry& entry) {
        if (entry.descriptor == number && !entry.closed) ++count;
    });
    return count;
}

}  // namespace

void begin_epoll(Key epoll) {
    if (process.segment == nullptr) return;
    remove_if([&](const EpollEntry& entry) { return entry.epoll == epoll; });
}

void add_to_epoll(Key epoll, int descriptor, bool in, bool out) {
    if (process.segment == nullptr) return;
    remove_from_epoll(epoll, descriptor);
    Registry& registry = process.segment->registry;
    if (registry.epoll_count == control::kMaxEpollEntries) {
        registry.forgot_epolls = true;
        return;
    }
    EpollEntry entry{epoll, control::kNoKey, control::kNoKey, descriptor, process.index, false};
    if (in || !out) entry.in = descriptor_key(descriptor);  // hang-ups are always reported
    if (out) entry.out = send_key(descriptor, nullptr, 0);
    registry.epolls[registry.epoll_count++] = entry;
}

void remove_from_epoll(Key epoll, int descriptor) {
    if (process.segment == nullptr) return;
    remove_if([&](const EpollEntry& entry) {
        return entry.epoll == epoll && entry.descriptor == descriptor && !entry.closed;
    });
}

void note_epoll_closed(int descriptor) {
    if (process.segment == nullptr) return;
    Registry& registry = process.segment->registry;
    for (std::uint32_t i = 0; i < registry.epoll_count; ++i) {
        EpollEntry& entry = registry.epolls[i];
        if (entry.descriptor == descriptor && entry.process == process.index) entry.closed = true;
    }
}

void note_epoll_process_ended() {
    Registry& registry = process.segment->registry;
    for (std::uint32_t i = 0; i < registry.epoll_count; ++i) {
        if (registry.epolls[i].process == process.index) registry.epolls[i].closed = true;
    }
}

void drop_closed_members(int descriptor, Key epoll) {
    remove_if([&](const EpollEntry& entry) {
        if (entry.epoll != epoll || !entry.closed) return false;
        const int alive = members_by_number(descriptor, entry.descriptor);
        return alive <= open_members(epoll, entry.descriptor);
    });
}

}  // namespace stagger::agent
