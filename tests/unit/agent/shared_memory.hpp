// SPDX-License-Identifier: Apache-2.0
//
// An object that all tasks of a test share, in a mapping that the agent knows. Made by `made()`,
// in the process that the tasks are forked from.
#pragma once

#include <sys/mman.h>

#include <cstdlib>
#include <functional>
#include <new>

namespace stagger::agent {

template <typename T>
class InSharedMemory {
public:
    std::function<void()> made(std::function<void(T&)> set_up = [](T&) {}) {
        return [this, set_up] {
            release();
            void* memory =
                mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED) std::abort();
            object_ = new (memory) T();
            set_up(*object_);
        };
    }
    InSharedMemory() = default;
    InSharedMemory(const InSharedMemory&) = delete;
    InSharedMemory& operator=(const InSharedMemory&) = delete;
    ~InSharedMemory() { release(); }

    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }

private:
    void release() {
        if (object_ != nullptr) munmap(static_cast<void*>(object_), sizeof(T));
        object_ = nullptr;
    }

    T* object_ = nullptr;
};

}  // namespace stagger::agent
