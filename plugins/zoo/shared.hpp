// SPDX-License-Identifier: Apache-2.0
//
// A T in memory that all processes of a case share: mapped by the host before it forks them, so it
// has the same address in each. The host owns the mapping. T is plain data: it starts as zeros.
#pragma once

#include <errno.h>
#include <sys/mman.h>

#include <new>

#include <stagger/plugin.hpp>

namespace stagger::zoo {

template <typename T>
class Shared {
public:
    Shared() {
        void* const memory =
            mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        value_ = new (memory) T();
    }
    ~Shared() { munmap(value_, sizeof(T)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

    // As freshly made.
    void clear() { value_ = new (value_) T(); }

private:
    T* value_;
};

}  // namespace stagger::zoo
