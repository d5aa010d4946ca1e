// SPDX-License-Identifier: Apache-2.0
//
// A backend of actors only, which have one pipe in common: made by the host, inherited by every
// process, and emptied between executions. Owns the pipe.
#pragma once

#include <stagger/backend.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace stagger::zoo {

class ActorsOnAPipe : public plugin::Backend {
public:
    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<plugin::NoObjects>();
    }
    void reset_shared() override { drain(pipe_.read.get()); }

protected:
    Ends pipe_ = make_pipe();
};

}  // namespace stagger::zoo
