// SPDX-License-Identifier: Apache-2.0
#include "harness/control/residue.hpp"

#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace stagger::control {
namespace {

struct Remover {
    NameKind kind;
    const char* what;
    int (*remove)(const char*);
};

// Files are left alone: a name may have been the user's own.
constexpr Remover kRemovers[] = {
    {NameKind::SharedMemory, "shared memory ", [](const char* n) { return shm_unlink(n); }},
    {NameKind::MessageQueue, "message queue ", [](const char* n) { return mq_unlink(n); }},
    {NameKind::Semaphore, "semaphore ", [](const char* n) { return sem_unlink(n); }},
};

}  // namespace

void remove_residue(Segment& segment, std::vector<std::string>& found) {
    for (NameEntry& entry : segment.registry.names) {
        if (entry.id == 0 || !entry.present) continue;
        entry.present = false;
        for (const Remover& remover : kRemovers) {
            if (static_cast<std::uint8_t>(remover.kind) != entry.kind) continue;
            if (remover.remove(entry.name) != 0) continue;
            found.push_back(remover.what + std::string(entry.name));
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
}

}  // namespace stagger::control
