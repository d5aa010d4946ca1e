// SPDX-License-Identifier: Apache-2.0
//
// Shared memory: shm_open, ftruncate, mmap and their opposites. They never wait; they are points
// because others can see the object half made. Runs in the task that calls, and, to learn who is
// who, in the builder before any task exists. shm_open(3), mmap(2).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

using namespace stagger::agent;
using stagger::control::Call;
using stagger::control::NameKind;

namespace {

void point_if_controlled(Call call, stagger::control::Key key) {
    if (!controlled()) return;
    EngineCode engine;
    point(call, key);
}

void note_mapping(void* address, std::size_t size, int flags, int descriptor, off_t offset) {
    if (address == MAP_FAILED || (flags & MAP_SHARED) == 0 || process.segment == nullptr) return;
    const bool anonymous = (flags & MAP_ANONYMOUS) != 0;
    const std::uint64_t id = anonymous ? new_id() : descriptor_id(descriptor);
    const std::size_t pages = (size + 4095) & ~std::size_t{4095};
    remember_mapping(address, pages, id, anonymous ? 0 : static_cast<std::uint64_t>(offset));
}

}  // namespace

STAGGER_INTERCEPTED int shm_open(const char* name, int flags, mode_t mode) {
    STAGGER_REAL(shm_open);
    if (has_no_descriptor_left()) return -1;
    point_if_controlled(Call::Open, name_key(NameKind::SharedMemory, name));
    const int descriptor = real(name, flags, mode);
    if (descriptor >= 0) {
        remember_descriptor(descriptor,
                            name_id(NameKind::SharedMemory, name, (flags & O_CREAT) != 0));
    }
    return descriptor;
}

STAGGER_INTERCEPTED int shm_unlink(const char* name) {
    STAGGER_REAL(shm_unlink);
    point_if_controlled(Call::Unlink, name_key(NameKind::SharedMemory, name));
    const int result = real(name);
    if (result == 0) name_removed(NameKind::SharedMemory, name);
    return result;
}

STAGGER_INTERCEPTED int memfd_create(const char* name, unsigned flags) noexcept {
    STAGGER_REAL(memfd_create);
    if (has_no_descriptor_left()) return -1;
    const int descriptor = real(name, flags);
    if (descriptor >= 0) remember_descriptor(descriptor, new_id());
    return descriptor;
}

STAGGER_INTERCEPTED int ftruncate(int descriptor, off_t size) noexcept {
    STAGGER_REAL(ftruncate);
    point_if_controlled(Call::Resize, descriptor_key(descriptor));
    return real(descriptor, size);
}

STAGGER_INTERCEPTED int ftruncate64(int descriptor, off64_t size) noexcept {
    return ftruncate(descriptor, size);
}

STAGGER_INTERCEPTED void* mmap(void* hint, std::size_t size, int protection, int flags,
                               int descriptor, off_t offset) noexcept {
    STAGGER_REAL(mmap);
    if ((flags & MAP_SHARED) != 0 && descriptor >= 0) {
        point_if_controlled(Call::Map, descriptor_key(descriptor));
    }
    void* address = real(hint, size, protection, flags, descriptor, offset);
    note_mapping(address, size, flags, descriptor, offset);
    return address;
}

STAGGER_INTERCEPTED void* mmap64(void* hint, std::size_t size, int protection, int flags,
                                 int descriptor, off64_t offset) noexcept {
    return mmap(hint, size, protection, flags, descriptor, offset);
}

STAGGER_INTERCEPTED int munmap(void* address, std::size_t size) noexcept {
    STAGGER_REAL(munmap);
    forget_mapping(address, size);
    return real(address, size);
}
