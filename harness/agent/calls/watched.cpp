// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/watched.hpp"

#include "harness/agent/calls/epoll_members.hpp"
#include "harness/agent/calls/messages.hpp"
#include "harness/agent/calls/timers.hpp"
#include "harness/agent/identity.hpp"

namespace stagger::agent {
namespace {

using control::EpollEntry;
using control::Key;

// As deep as the kernel lets epoll objects watch each other: EP_MAX_NESTS of fs/eventpoll.c.
constexpr int kMaxNested = 5;

// A socket gets another key when it is bound or connected: here it may have been since.
void refresh(EpollEntry& entry) {
    if (entry.closed || entry.process != process.index) return;
    if (entry.in != control::kNoKey) entry.in = descriptor_key(entry.descriptor);
    if (entry.out != control::kNoKey) entry.out = send_key(entry.descriptor, nullptr, 0);
}

bool is_new_stranger(const EpollEntry& entry) {
    return !entry.closed && entry.process == process.index && is_stranger(entry.descriptor);
}

}  // namespace

void Watched::add(int descriptor, bool in, bool out) {
    if (descriptor < 0) return;
    const Key own = descriptor_key(descriptor);
    foreign_ = foreign_ || is_stranger(descriptor) || is_real_timer(own);
    if (in || !out) {  // errors and hang-ups are always reported
        add_key(own);
        drop_closed_members(descriptor, own);
        add_members(own, kMaxNested);
    }
    if (!out) return;
    const Key other = send_key(descriptor, nullptr, 0);
    if (!in || other != own) add_key(other);
}

void Watched::add_members(Key epoll, int depth) {
    control::Registry& registry = self.segment->registry;
    if (registry.forgot_epolls) add_any();
    if (depth == 0) return;
    for_each_member(registry, epoll, [&](EpollEntry& entry) {
        refresh(entry);
        foreign_ = foreign_ || is_new_stranger(entry) || is_real_timer(entry.in);
        if (entry.in != control::kNoKey) add_key(entry.in);
        if (entry.out != control::kNoKey && entry.out != entry.in) add_key(entry.out);
        if (entry.in != control::kNoKey) add_members(entry.in, depth - 1);
    });
}

void Watched::add_key(Key key) {
    if (count_ < control::kMaxWaitKeys) keys_[count_] = key;
    ++count_;
}

void Watched::note_reads() const {
    if (!has_all()) return also_reads(control::kAnyKey);
    for (std::uint32_t i = 1; i < count_; ++i) also_reads(keys_[i]);
}

void Watched::ring() const {
    ring_timers(keys_, count_);
}

Woken Watched::wait(std::int64_t deadline) const {
    const std::int64_t next = next_ring(keys_, count_);
    self.slot().foreign = foreign_;
    const Woken woken = wait_for(keys_, count_, std::min(deadline, next));
    self.slot().foreign = false;
    return woken;
}

}  // namespace stagger::agent
