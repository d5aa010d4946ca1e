// SPDX-License-Identifier: Apache-2.0
//
// Loads a backend and checks that it is one. Used only in worker processes: the controller never
// loads a plugin. Owns the library, which stays loaded for the life of the process.
#pragma once

#include <memory>
#include <string>

#include <stagger/backend.h>

#include "harness/base/result.hpp"

namespace stagger::backend {

class Plugin {
public:
    // Fails, with what to do, if the file cannot be loaded, lacks the entry, or was built against
    // another version of the ABI.
    static Result<Plugin> load(const std::string& path);

    const stagger_backend& table() const { return *table_; }

private:
    std::shared_ptr<void> library_;
    const stagger_backend* table_ = nullptr;
};

}  // namespace stagger::backend
