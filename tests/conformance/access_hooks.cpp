// SPDX-License-Identifier: Apache-2.0
//
// What code compiled with -fsanitize=thread calls at each access to memory, for a host without a
// scheduler: the plain access, and nothing else. And what -fsanitize-coverage calls: nothing.
#include <atomic>
#include <cstdint>

extern "C" {

#define NOTHING(name) \
    void name(void*) {}
NOTHING(__tsan_func_entry)
NOTHING(__tsan_read1)
NOTHING(__tsan_read2)
NOTHING(__tsan_read4)
NOTHING(__tsan_read8)
NOTHING(__tsan_read16)
NOTHING(__tsan_write1)
NOTHING(__tsan_write2)
NOTHING(__tsan_write4)
NOTHING(__tsan_write8)
NOTHING(__tsan_write16)
NOTHING(__tsan_unaligned_read2)
NOTHING(__tsan_unaligned_read4)
NOTHING(__tsan_unaligned_read8)
NOTHING(__tsan_unaligned_read16)
NOTHING(__tsan_unaligned_write2)
NOTHING(__tsan_unaligned_write4)
NOTHING(__tsan_unaligned_write8)
NOTHING(__tsan_unaligned_write16)
NOTHING(__tsan_read_write1)
NOTHING(__tsan_read_write2)
NOTHING(__tsan_read_write4)
NOTHING(__tsan_read_write8)
NOTHING(__tsan_read_write16)
NOTHING(__tsan_vptr_read)
void __tsan_init() {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_read_range(void*, std::uintptr_t) {}
void __tsan_write_range(void*, std::uintptr_t) {}
void __tsan_atomic_thread_fence(int) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}
void __tsan_atomic_signal_fence(int) {}

#define ATOMICS(bits) \
    using Word##bits = std::uint##bits##_t; \
    Word##bits __tsan_atomic##bits##_load(const volatile Word##bits* at, int) { \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST); \
    } \
    void __tsan_atomic##bits##_store(volatile Word##bits* at, Word##bits value, int) { \
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST); \
    } \
    Word##bits __tsan_atomic##bits##_exchange(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST); \
    } \
    Word##bits __tsan_atomic##bits##_fetch_add(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST); \
    } \
    Word##bits __tsan_atomic##bits##_fetch_sub(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST); \
    } \
    int __tsan_atomic##bits##_compare_exchange_strong( \
        volatile Word##bits* at, Word##bits* expected, Word##bits value, int, int) { \
        return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST, \
                                           __ATOMIC_SEQ_CST); \
    } \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile Word##bits* at, Word##bits* expected, \
                                                    Word##bits value, int, int) { \
        return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST, \
                                           __ATOMIC_SEQ_CST); \
    }
#define MORE_ATOMICS(bits) \
    Word##bits __tsan_atomic##bits##_compare_exchange_val( \
        volatile Word##bits* at, Word##bits expected, Word##bits value, int, int) { \
        __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST, \
                                    __ATOMIC_SEQ_CST); \
        return expected; \
    } \
    Word##bits __tsan_atomic##bits##_fetch_and(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_fetch_and(at, value, __ATOMIC_SEQ_CST); \
    } \
    Word##bits __tsan_atomic##bits##_fetch_or(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST); \
    } \
    Word##bits __tsan_atomic##bits##_fetch_xor(volatile Word##bits* at, Word##bits value, int) { \
        return __atomic_fetch_xor(at, value, __ATOMIC_SEQ_CST); \
    }
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)
MORE_ATOMICS(8)
MORE_ATOMICS(16)
MORE_ATOMICS(32)
MORE_ATOMICS(64)

// What code built with COVERAGE calls, or tells of its counters: there is no campaign here.
void __sanitizer_cov_trace_pc() {}
void __sanitizer_cov_trace_pc_guard(std::uint32_t*) {}
void __sanitizer_cov_trace_pc_guard_init(std::uint32_t*, std::uint32_t*) {}
void __sanitizer_cov_8bit_counters_init(char*, char*) {}
void __sanitizer_cov_pcs_init(const std::uintptr_t*, const std::uintptr_t*) {}
}
