// SPDX-License-Identifier: Apache-2.0
//
// The functions that the agent stands in front of. Private to the agent.
#pragma once

#include <dlfcn.h>

namespace stagger::agent {

// libc's own definition of a function. All of the agent's stand in one section of it, so that the
// host finds them before it forks, once, and not every process of every execution again.
// Aligned to its size: compilers align variables as they like, and these must form an array.
struct alignas(32) RealFunction {
    const char* name;
    const char* version;  // condition variables have two; dlsym would give the one of 2002
    void* found;

    void find() {
        if (version != nullptr) found = dlvsym(RTLD_NEXT, name, version);
        if (found == nullptr) found = dlsym(RTLD_NEXT, name);
    }
    template <typename Function>
    Function get() {
        if (found == nullptr) find();
        return reinterpret_cast<Function>(found);
    }
};

// Finds them all.
void find_real_functions();

}  // namespace stagger::agent

// Makes `real` libc's own definition of `name`.
#define STAGGER_REAL(name) STAGGER_REAL_AS(real, name)
#define STAGGER_REAL_AS(variable, name) STAGGER_REAL_VERSION(variable, name, nullptr)
#define STAGGER_REAL_VERSION(variable, name, version) \
    static constinit ::stagger::agent::RealFunction variable##_entry \
        __attribute__((section("stagger_real"), used)) = {#name, version, nullptr}; \
    const auto variable = variable##_entry.get<decltype(&::name)>()

// Marks a definition that takes the place of libc's.
#define STAGGER_INTERCEPTED extern "C" __attribute__((visibility("default")))
