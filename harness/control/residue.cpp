// SPDX-License-Identifier: Apache-2.0
#include "harness/control/residue.hpp"

#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace stagger::control {
namespace {

struct Remover {
    NameKind kind;
    const char* what;
    int (*remove)(const char*);
};

// Of files, fifos and sockets only what carries a case's prefix: another name may have been the
// user's own.
int remove_file(const char* name) {
    const std::string_view path(name);
    const std::string_view last = path.substr(path.rfind('/') + 1);
    return path.front() == '/' && last.substr(0, 8) == "stagger-" ? unlink(name) : -1;
}

constexpr Remover kRemovers[] = {
    {NameKind::SharedMemory, "shared memory ", [](const char* n) { return shm_unlink(n); }},
    {NameKind::MessageQueue, "message queue ", [](const char* n) { return mq_unlink(n); }},
    {NameKind::Semaphore, "semaphore ", [](const char* n) { return sem_unlink(n); }},
    {NameKind::File, "file ", remove_file},
    {NameKind::SystemVSemaphores, "System V semaphores ",
     [](const char* n) { return semctl(std::atoi(n), 0, IPC_RMID); }},
    {NameKind::SystemVMessages, "System V message queue ",
     [](const char* n) { return msgctl(std::atoi(n), IPC_RMID, nullptr); }},
    {NameKind::SystemVMemory, "System V shared memory ",
     [](const char* n) { return shmctl(std::atoi(n), IPC_RMID, nullptr); }},
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
