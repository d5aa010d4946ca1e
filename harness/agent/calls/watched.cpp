// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/watched.hpp"

#include "harness/agent/calls/messages.hpp"
#include "harness/agent/identity.hpp"

namespace stagger::agent {

void Watched::add(int descriptor, bool in, bool out) {
    if (descriptor < 0) return;
    const auto own = descriptor_key(descriptor);
    if (in || !out) add_key(own);  // errors and hang-ups are always reported
    if (!out) return;
    const auto other = send_key(descriptor, nullptr, 0);
    if (!in || other != own) add_key(other);
}

void Watched::add_key(control::Key key) {
    if (count_ < control::kMaxWaitKeys) keys_[count_] = key;
    ++count_;
}

void Watched::note_reads() const {
    if (count_ > control::kMaxWaitKeys) return also_reads(control::kAnyKey);
    for (std::uint32_t i = 1; i < count_; ++i) also_reads(keys_[i]);
}

}  // namespace stagger::agent
