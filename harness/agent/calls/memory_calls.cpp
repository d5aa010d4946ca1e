// SPDX-License-Identifier: Apache-2.0
//
// memcpy and its kin, which no compiler instruments: in plugin code, on shared memory, they are
// points. A copy can tear, so a long one is done in parts, each a step. Called from everywhere in
// the worker, also before its libraries are set up; elsewhere than in plugin code they cost one
// test. memcpy(3), strcpy(3).
#include <dlfcn.h>

#include <cstring>

#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

void* early_move(void* to, const void* from, std::size_t size) {
    auto* out = static_cast<volatile char*>(to);
    const auto* in = static_cast<const volatile char*>(from);
    const bool forwards = out - in < 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = forwards ? i : size - 1 - i;
        out[at] = in[at];
    }
    return to;
}

void* early_set(void* to, int value, std::size_t size) {
    auto* out = static_cast<volatile char*>(to);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(value);
    return to;
}

int early_compare(const void* first, const void* second, std::size_t size) {
    const auto* a = static_cast<const volatile unsigned char*>(first);
    const auto* b = static_cast<const volatile unsigned char*>(second);
    for (std::size_t i = 0; i < size; ++i) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

// libc's own, as soon as they can be looked up.
auto* real_move = &early_move;
auto* real_copy = &early_move;
auto* real_set = &early_set;
auto* real_compare = &early_compare;

__attribute__((constructor)) void replace_early_functions() {
    STAGGER_REAL_AS(move, memmove);
    STAGGER_REAL_AS(copy, memcpy);
    STAGGER_REAL_AS(set, memset);
    STAGGER_REAL_AS(compare, memcmp);
    real_move = move;
    real_copy = copy;
    real_set = set;
    real_compare = compare;
}

// The ranges that a long access is done in: whole words of the shared side, 16 at most.

class Parts {
public:
    Parts(const void* aligned_to, std::size_t size, bool backwards)
        : size_(size), backwards_(backwards) {
        constexpr std::size_t kMost = 16;
        step_ = (size / (kMost - 1) + kWord) & ~(kWord - 1);
        const std::size_t off = reinterpret_cast<std::uintptr_t>(aligned_to) & (kWord - 1);
        const std::size_t head = off == 0 ? step_ : kWord - off;
        head_ = head < size ? head : size;
        rest_ = (size - head_ + step_ - 1) / step_;
    }

    // `visit(offset, size)` for each, until it returns false.
    template <typename Visit>
    void each(Visit visit) const {
        for (std::size_t i = 0; i <= rest_; ++i) {
            const std::size_t part = backwards_ ? rest_ - i : i;
            const std::size_t begin = part == 0 ? 0 : head_ + (part - 1) * step_;
            const std::size_t end = head_ + part * step_;
            if (!visit(begin, (end < size_ ? end : size_) - begin)) return;
        }
    }

private:
    std::size_t size_, step_, head_, rest_;
    bool backwards_;
};

const char* at(const void* base, std::size_t offset) {
    return static_cast<const char*>(base) + offset;
}
char* at(void* base, std::size_t offset) {
    return static_cast<char*>(base) + offset;
}

// Only the first part counts towards spinning: it is one read of the whole.
void point_before_read(const char* address, std::size_t size, bool first) {
    if (first) {
        spinning_point(Call::MemoryRead, word_key(address));
    } else {
        const std::uint32_t count = self.slot().spin_count;
        point(Call::MemoryRead, word_key(address));
        self.slot().spin_count = count;
    }
    if (size > kWord) also_reads(control::kAnyKey);
}

void copy_part(char* to, const char* from, std::size_t size, bool first) {
    char word[8];
    const bool reads = is_shared(from);
    if (reads) point_before_read(from, size, first);
    if (!is_shared(to)) {
        real_move(to, from, size);
        return;
    }
    const bool small = reads && size <= sizeof(word);
    if (small) real_copy(word, from, size);
    point(Call::MemoryWrite, word_key(to));
    if (size > sizeof(word)) also_touches(control::kAnyKey);
    real_move(to, small ? word : from, size);
}

__attribute__((noinline)) void* copy_seen(void* to, const void* from, std::size_t size) {
    const bool to_shared = is_shared(to);
    if (size == 0 || (!to_shared && !is_shared(from))) return real_move(to, from, size);
    EngineCode engine;
    const bool backwards = at(to, 0) > at(from, 0) && at(to, 0) < at(from, size);
    bool first = true;
    Parts(to_shared ? to : from, size, backwards).each([&](std::size_t offset, std::size_t part) {
        copy_part(at(to, offset), at(from, offset), part, first);
        first = false;
        return true;
    });
    return to;
}

__attribute__((noinline)) void* set_seen(void* to, int value, std::size_t size) {
    if (size == 0 || !is_shared(to)) return real_set(to, value, size);
    EngineCode engine;
    Parts(to, size, false).each([&](std::size_t offset, std::size_t part) {
        point(Call::MemoryWrite, word_key(at(to, offset)));
        if (part > kWord) also_touches(control::kAnyKey);
        real_set(at(to, offset), value, part);
        return true;
    });
    return to;
}

__attribute__((noinline)) int compare_seen(const void* a, const void* b, std::size_t size) {
    const bool a_shared = is_shared(a), b_shared = is_shared(b);
    if (size == 0 || (!a_shared && !b_shared)) return real_compare(a, b, size);
    EngineCode engine;
    int result = 0;
    Parts(a_shared ? a : b, size, false).each([&](std::size_t offset, std::size_t part) {
        if (a_shared) point_before_read(at(a, offset), part, offset == 0);
        if (b_shared) point_before_read(at(b, offset), part, offset == 0 && !a_shared);
        result = real_compare(at(a, offset), at(b, offset), part);
        return result == 0;
    });
    return result;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED void* memcpy(void* to, const void* from, std::size_t size) noexcept {
    if (__builtin_expect(controlled(), false)) return copy_seen(to, from, size);
    return real_copy(to, from, size);
}

STAGGER_INTERCEPTED void* memmove(void* to, const void* from, std::size_t size) noexcept {
    if (__builtin_expect(controlled(), false)) return copy_seen(to, from, size);
    return real_move(to, from, size);
}

STAGGER_INTERCEPTED void* memset(void* to, int value, std::size_t size) noexcept {
    if (__builtin_expect(controlled(), false)) return set_seen(to, value, size);
    return real_set(to, value, size);
}

STAGGER_INTERCEPTED int memcmp(const void* a, const void* b, std::size_t size) noexcept {
    if (__builtin_expect(controlled(), false)) return compare_seen(a, b, size);
    return real_compare(a, b, size);
}

STAGGER_INTERCEPTED char* strcpy(char* to, const char* from) noexcept {
    memcpy(to, from, std::strlen(from) + 1);
    return to;
}

STAGGER_INTERCEPTED char* strncpy(char* to, const char* from, std::size_t size) noexcept {
    const std::size_t length = ::strnlen(from, size);
    memcpy(to, from, length);
    memset(to + length, 0, size - length);
    return to;
}

STAGGER_INTERCEPTED void* mempcpy(void* to, const void* from, std::size_t size) noexcept {
    return static_cast<char*>(memcpy(to, from, size)) + size;
}

STAGGER_INTERCEPTED char* stpcpy(char* to, const char* from) noexcept {
    const std::size_t length = std::strlen(from);
    return static_cast<char*>(memcpy(to, from, length + 1)) + length;
}

STAGGER_INTERCEPTED void bcopy(const void* from, void* to, std::size_t size) noexcept {
    memmove(to, from, size);
}

STAGGER_INTERCEPTED void bzero(void* to, std::size_t size) noexcept {
    memset(to, 0, size);
}

// The same where the compiler knows how much room there is (_FORTIFY_SOURCE).
extern "C" [[noreturn]] void __chk_fail();

STAGGER_INTERCEPTED void* __memcpy_chk(void* to, const void* from, std::size_t size,
                                       std::size_t room) {
    if (size > room) __chk_fail();
    return memcpy(to, from, size);
}

STAGGER_INTERCEPTED void* __mempcpy_chk(void* to, const void* from, std::size_t size,
                                        std::size_t room) {
    if (size > room) __chk_fail();
    return mempcpy(to, from, size);
}

STAGGER_INTERCEPTED void* __memmove_chk(void* to, const void* from, std::size_t size,
                                        std::size_t room) {
    if (size > room) __chk_fail();
    return memmove(to, from, size);
}

STAGGER_INTERCEPTED void* __memset_chk(void* to, int value, std::size_t size, std::size_t room) {
    if (size > room) __chk_fail();
    return memset(to, value, size);
}

STAGGER_INTERCEPTED char* __strcpy_chk(char* to, const char* from, std::size_t room) {
    if (std::strlen(from) >= room) __chk_fail();
    return strcpy(to, from);
}

STAGGER_INTERCEPTED char* __strncpy_chk(char* to, const char* from, std::size_t size,
                                        std::size_t room) {
    if (size > room) __chk_fail();
    return strncpy(to, from, size);
}
