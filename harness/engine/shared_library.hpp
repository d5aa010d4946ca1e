// SPDX-License-Identifier: Apache-2.0
//
// What a shared library's file says about it: what it takes from others, and which these are.
// elf(5). Called in the controller, which never loads a plugin: any bytes may stand in that file.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stagger::engine {

struct SharedLibrary {
    std::set<std::string> imports;     // "pthread_create"
    std::vector<std::string> needs;    // "libstdc++.so.6"
    std::vector<std::string> folders;  // that it names itself, where these are looked for first
    // "queue.cpp": sources in it that were compiled without -fsanitize=thread. Compilers leave the
    // names of sources in the file, unless it was stripped: then none are known.
    std::vector<std::string> unseen_sources;
};

// Nothing where the file is not there, or is none of this machine's shared libraries.
std::optional<SharedLibrary> read_shared_library(const std::string& path);

}  // namespace stagger::engine
