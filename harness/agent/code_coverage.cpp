// SPDX-License-Identifier: Apache-2.0
//
// LLVM documents the names (SanitizerCoverage.rst); GCC has trace-pc and trace-cmp. Stagger's own
// definitions take the place of a sanitizer's runtime, which is never linked.
#include "harness/agent/code_coverage.hpp"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <cstring>

#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

using control::kCodeFeatures;
using control::mix;

// A loaded library, as something that has the same name in each process.
struct Library {
    std::uintptr_t begin = 0, end = 0;
    const void* identity = nullptr;  // tells it from one that took its place in memory
    std::uint64_t name = 0;
};

// Takes no lock and allocates nothing, unlike dladdr. `begin == end`: there is none.
Library library_at(const void* address) {
    dl_find_object found;
    if (_dl_find_object(const_cast<void*>(address), &found) != 0) return {};
    const char* path = found.dlfo_link_map->l_name;
    const char* slash = std::strrchr(path, '/');
    const auto begin = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
    const auto end = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
    return {begin, end, found.dlfo_link_map,
            control::hash_text(slash != nullptr ? slash + 1 : path)};
}

// The counters of one library, and the feature of the first: those of one library never collide.
struct Counters {
    std::uint8_t* begin;
    std::uint8_t* end;
    Library library;
};
constexpr std::uint32_t kMaxCounters = 64;
Counters counters[kMaxCounters];

// What instrumented code alternates between: most often a plugin and the library it drives.
struct Recent {
    Library libraries[4];
    std::uint32_t next = 0;
};
constinit thread_local Recent recent __attribute__((tls_model("initial-exec")));

const Library& recent_library(std::uintptr_t place) {
    for (const Library& library : recent.libraries) {
        if (place >= library.begin && place < library.end) return library;
    }
    Library& slot = recent.libraries[recent.next++ % 4];
    slot = library_at(reinterpret_cast<const void*>(place));
    return slot;
}

// Relaxed: several tasks write at once in free mode, and all of them write 1.
void mark(control::Code& code, std::uint64_t feature) {
    __atomic_store_n(&code.features[feature % kCodeFeatures], std::uint8_t{1}, __ATOMIC_RELAXED);
}

bool is_wanted() {
    return self.in_plugin && self.segment->code.on;
}

void note_instrumented(std::uint64_t places) {
    if (process.segment == nullptr) return;
    process.segment->code.instrumented.store(true, std::memory_order_relaxed);
    process.segment->code.places.fetch_add(places, std::memory_order_relaxed);
}

// An edge: where from, where to. As in AFL (Zalewski 2014), but named by library and offset.
void note_edge(std::uintptr_t place) {
    control::Code& code = self.segment->code;
    const Library& library = recent_library(place);
    const std::uintptr_t offset = place - library.begin;
    mark(code, mix(mix(library.name, self.place), offset));
    self.place = offset;
    if (!code.instrumented.load(std::memory_order_relaxed)) note_instrumented(0);
}

bool is_loaded(const Counters& range) {
    const Library now = library_at(range.begin);
    return now.identity == range.library.identity && now.begin == range.library.begin;
}

// Calls `visit` with the place of each counter that is not 0, and clears it.
template <typename Visit>
void drain(const Counters& range, Visit visit) {
    for (std::uint8_t* at = range.begin; at < range.end;) {
        std::uint64_t word = 0;
        if (at + sizeof(word) <= range.end) {
            __builtin_memcpy(&word, at, sizeof(word));
            if (word == 0) {
                at += sizeof(word);
                continue;
            }
        }
        if (*at != 0) {
            *at = 0;
            visit(static_cast<std::uint64_t>(at - range.begin));
        }
        ++at;
    }
}

void add_counters(std::uint8_t* begin, std::uint8_t* end) {
    if (begin >= end) return;
    Counters* slot = nullptr;
    for (std::uint32_t i = 0; i < process.counters && slot == nullptr; ++i) {
        if (counters[i].begin == begin && is_loaded(counters[i])) return;  // told by each source
        if (!is_loaded(counters[i])) slot = &counters[i];
    }
    if (slot == nullptr && process.counters < kMaxCounters) slot = &counters[process.counters];
    if (slot == nullptr) {
        if (process.segment != nullptr) process.segment->code.short_of_room.store(true);
        return;
    }
    *slot = {begin, end, library_at(begin)};
    if (slot == &counters[process.counters]) ++process.counters;
    note_instrumented(static_cast<std::uint64_t>(end - begin));
}

}  // namespace

void gather_counters() {
    if (self.segment == nullptr || !self.segment->code.on) return;
    control::Code& code = self.segment->code;
    for (std::uint32_t i = 0; i < process.counters; ++i) {
        const std::uint64_t name = counters[i].library.name;
        if (!is_loaded(counters[i])) continue;
        drain(counters[i], [&](std::uint64_t place) { mark(code, name + place); });
    }
}

void forget_counters() {
    if (!self.segment->code.on) return;
    for (std::uint32_t i = 0; i < process.counters; ++i) {
        if (is_loaded(counters[i])) drain(counters[i], [](std::uint64_t) {});
    }
}

}  // namespace stagger::agent

using namespace stagger::agent;

#pragma GCC visibility push(default)
extern "C" {

// Of code that also asks for stack depth, which nobody looks at here.
__attribute__((tls_model("initial-exec"))) thread_local std::uintptr_t __sancov_lowest_stack =
    UINTPTR_MAX;

void __sanitizer_cov_8bit_counters_init(char* begin, char* end) {
    add_counters(reinterpret_cast<std::uint8_t*>(begin), reinterpret_cast<std::uint8_t*>(end));
}
void __sanitizer_cov_bool_flag_init(bool* begin, bool* end) {
    add_counters(reinterpret_cast<std::uint8_t*>(begin), reinterpret_cast<std::uint8_t*>(end));
}
// Addresses of the counters' places: a counter's number names it as well.
void __sanitizer_cov_pcs_init(const std::uintptr_t*, const std::uintptr_t*) {}
void __sanitizer_cov_cfs_init(const std::uintptr_t*, const std::uintptr_t*) {}

void __sanitizer_cov_trace_pc() {
    if (is_wanted()) note_edge(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}

// A guard holds its own feature, plus 1: 0 is one that was never told.
void __sanitizer_cov_trace_pc_guard_init(std::uint32_t* begin, std::uint32_t* end) {
    if (begin >= end || *begin != 0) return;
    const std::uint64_t name = library_at(begin).name;
    for (std::uint32_t* guard = begin; guard < end; ++guard) {
        const std::uint64_t feature = name + static_cast<std::uint64_t>(guard - begin);
        *guard = static_cast<std::uint32_t>(feature % kCodeFeatures) + 1;
    }
    note_instrumented(static_cast<std::uint64_t>(end - begin));
}
void __sanitizer_cov_trace_pc_guard(std::uint32_t* guard) {
    if (*guard != 0 && is_wanted()) mark(self.segment->code, *guard - 1);
}

// Code built with -fsanitize=fuzzer-no-link makes these calls too. Nothing is learned from them.
void __sanitizer_cov_trace_pc_indir(std::uintptr_t) {}
void __sanitizer_cov_trace_cmp1(std::uint8_t, std::uint8_t) {}
void __sanitizer_cov_trace_cmp2(std::uint16_t, std::uint16_t) {}
void __sanitizer_cov_trace_cmp4(std::uint32_t, std::uint32_t) {}
void __sanitizer_cov_trace_cmp8(std::uint64_t, std::uint64_t) {}
void __sanitizer_cov_trace_cmpf(float, float) {}
void __sanitizer_cov_trace_cmpd(double, double) {}
void __sanitizer_cov_trace_const_cmp1(std::uint8_t, std::uint8_t) {}
void __sanitizer_cov_trace_const_cmp2(std::uint16_t, std::uint16_t) {}
void __sanitizer_cov_trace_const_cmp4(std::uint32_t, std::uint32_t) {}
void __sanitizer_cov_trace_const_cmp8(std::uint64_t, std::uint64_t) {}
void __sanitizer_cov_trace_switch(std::uint64_t, std::uint64_t*) {}
void __sanitizer_cov_trace_div4(std::uint32_t) {}
void __sanitizer_cov_trace_div8(std::uint64_t) {}
void __sanitizer_cov_trace_gep(std::uintptr_t) {}
}
#pragma GCC visibility pop
