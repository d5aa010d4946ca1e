// SPDX-License-Identifier: Apache-2.0
//
// Points at accesses to shared memory. Code compiled with -fsanitize=thread calls these functions
// before each access; LLVM's and GCC's ThreadSanitizer document the names (llvm/lib/Transforms/
// Instrumentation/ThreadSanitizer.cpp, gcc/tsan.cc). Stagger's own definitions take the place of
// the sanitizer's runtime, which is never linked. They run in the task, before the access.
#include <cstddef>
#include <cstdint>

#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace {

using stagger::control::Call;
namespace agent = stagger::agent;

void access(const void* address, Call call, std::size_t size) {
    if (!agent::self.in_plugin) return;
    const auto place = reinterpret_cast<std::uintptr_t>(address);
    if (!agent::process.multi_threaded && !agent::mapped.may_hold(place)) return;
    if (!agent::is_shared(address) || !agent::controlled()) return;
    agent::EngineCode engine;
    const auto key = agent::word_key(address);
    if (call == Call::MemoryWrite) {
        agent::point(call, key);
    } else {
        agent::spinning_point(call, key);
    }
    if (place % agent::kWord + size <= agent::kWord) return;
    const auto last = agent::word_key(static_cast<const char*>(address) + size - 1);
    call == Call::MemoryWrite ? agent::also_touches(last) : agent::also_reads(last);
}

void note_read(const void* address, std::size_t size) {
    access(address, Call::MemoryRead, size);
}
void note_write(const void* address, std::size_t size) {
    access(address, Call::MemoryWrite, size);
}
void note_atomic_load(const volatile void* address) {
    access(const_cast<const void*>(address), Call::AtomicLoad, 1);
}
void note_atomic(const volatile void* address) {
    access(const_cast<const void*>(address), Call::MemoryAtomic, 1);
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_ignore_thread_begin() {}
void __tsan_ignore_thread_end() {}

void __tsan_read1(void* a) {
    note_read(a, 1);
}
void __tsan_read2(void* a) {
    note_read(a, 2);
}
void __tsan_read4(void* a) {
    note_read(a, 4);
}
void __tsan_read8(void* a) {
    note_read(a, 8);
}
void __tsan_read16(void* a) {
    note_read(a, 16);
}
void __tsan_write1(void* a) {
    note_write(a, 1);
}
void __tsan_write2(void* a) {
    note_write(a, 2);
}
void __tsan_write4(void* a) {
    note_write(a, 4);
}
void __tsan_write8(void* a) {
    note_write(a, 8);
}
void __tsan_write16(void* a) {
    note_write(a, 16);
}
void __tsan_unaligned_read2(void* a) {
    note_read(a, 2);
}
void __tsan_unaligned_read4(void* a) {
    note_read(a, 4);
}
void __tsan_unaligned_read8(void* a) {
    note_read(a, 8);
}
void __tsan_unaligned_read16(void* a) {
    note_read(a, 16);
}
void __tsan_unaligned_write2(void* a) {
    note_write(a, 2);
}
void __tsan_unaligned_write4(void* a) {
    note_write(a, 4);
}
void __tsan_unaligned_write8(void* a) {
    note_write(a, 8);
}
void __tsan_unaligned_write16(void* a) {
    note_write(a, 16);
}
void __tsan_read_write1(void* a) {
    note_write(a, 1);
}
void __tsan_read_write2(void* a) {
    note_write(a, 2);
}
void __tsan_read_write4(void* a) {
    note_write(a, 4);
}
void __tsan_read_write8(void* a) {
    note_write(a, 8);
}
void __tsan_read_write16(void* a) {
    note_write(a, 16);
}
void __tsan_volatile_read1(void* a) {
    note_read(a, 1);
}
void __tsan_volatile_read2(void* a) {
    note_read(a, 2);
}
void __tsan_volatile_read4(void* a) {
    note_read(a, 4);
}
void __tsan_volatile_read8(void* a) {
    note_read(a, 8);
}
void __tsan_volatile_read16(void* a) {
    note_read(a, 16);
}
void __tsan_volatile_write1(void* a) {
    note_write(a, 1);
}
void __tsan_volatile_write2(void* a) {
    note_write(a, 2);
}
void __tsan_volatile_write4(void* a) {
    note_write(a, 4);
}
void __tsan_volatile_write8(void* a) {
    note_write(a, 8);
}
void __tsan_volatile_write16(void* a) {
    note_write(a, 16);
}
void __tsan_read_range(void* a, std::size_t size) {
    note_read(a, size);
}
void __tsan_write_range(void* a, std::size_t size) {
    note_write(a, size);
}
void __tsan_vptr_update(void** a, void*) {
    note_write(a, sizeof(void*));
}
void __tsan_vptr_read(void** a) {
    note_read(a, sizeof(void*));
}
void __tsan_atomic_thread_fence(int) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
void __tsan_atomic_signal_fence(int) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
}
#pragma GCC visibility pop

// One set per width. Everything is done sequentially consistent: where one task runs at a time, the
// order asked for makes no difference to what it sees.
#define STAGGER_ATOMICS(bits, type) \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_load(const volatile type* a, int) { \
        note_atomic_load(a); \
        return __atomic_load_n(a, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED void __tsan_atomic##bits##_store(volatile type* a, type v, int) { \
        note_write(const_cast<type*>(a), sizeof(type)); \
        __atomic_store_n(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_exchange(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_exchange_n(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_add(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_add(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_sub(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_sub(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_and(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_and(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_or(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_or(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_xor(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_xor(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_fetch_nand(volatile type* a, type v, int) { \
        note_atomic(a); \
        return __atomic_fetch_nand(a, v, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED int __tsan_atomic##bits##_compare_exchange_strong( \
        volatile type* a, type* e, type v, int, int) { \
        note_atomic(a); \
        return __atomic_compare_exchange_n(a, e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED int __tsan_atomic##bits##_compare_exchange_weak(volatile type* a, type* e, \
                                                                        type v, int, int) { \
        note_atomic(a); \
        return __atomic_compare_exchange_n(a, e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    } \
    STAGGER_INTERCEPTED type __tsan_atomic##bits##_compare_exchange_val(volatile type* a, type e, \
                                                                        type v, int, int) { \
        note_atomic(a); \
        __atomic_compare_exchange_n(a, &e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
        return e; \
    }

STAGGER_ATOMICS(8, std::uint8_t)
STAGGER_ATOMICS(16, std::uint16_t)
STAGGER_ATOMICS(32, std::uint32_t)
STAGGER_ATOMICS(64, std::uint64_t)
