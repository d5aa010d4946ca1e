// SPDX-License-Identifier: Apache-2.0
//
// Which core a case runs on. A case's tasks share one core, where a hand-off is ten times cheaper
// than between two; all running instances of Stagger agree on who has which by locks on the
// kernel's own folders of cores, which leave nothing behind. Held by the thread that runs a case.
#pragma once

namespace stagger::engine {

class CoreLease {
public:
    // Binds the calling thread, and the processes it starts, to a core that nobody has; to one in
    // use if all are. With `all_cores` it binds nothing.
    explicit CoreLease(bool all_cores = false);
    ~CoreLease();  // the thread may run anywhere again
    CoreLease(const CoreLease&) = delete;
    CoreLease& operator=(const CoreLease&) = delete;

private:
    int lock_ = -1;
};

}  // namespace stagger::engine
