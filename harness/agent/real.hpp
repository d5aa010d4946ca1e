// SPDX-License-Identifier: Apache-2.0
//
// The functions that the agent stands in front of. Private to the agent.
#pragma once

#include <dlfcn.h>

namespace stagger::agent {

// libc's own definition of `name`. Callers keep it in a function-local static:
//   static const auto real = real_function<int(int)>("close");
template <typename Function>
Function* real_function(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Condition variables have two versions in glibc; dlsym would give the one of 2002.
template <typename Function>
Function* real_function(const char* name, const char* version) {
    void* found = dlvsym(RTLD_NEXT, name, version);
    return reinterpret_cast<Function*>(found != nullptr ? found : dlsym(RTLD_NEXT, name));
}

}  // namespace stagger::agent

// Makes `real` libc's own definition of `name`, found at the first call.
#define STAGGER_REAL(name) STAGGER_REAL_AS(real, name)
#define STAGGER_REAL_AS(variable, name) \
    static const auto variable = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name))

// Marks a definition that takes the place of libc's.
#define STAGGER_INTERCEPTED extern "C" __attribute__((visibility("default")))
