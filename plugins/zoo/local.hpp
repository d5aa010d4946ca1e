// SPDX-License-Identifier: Apache-2.0
//
// A process's objects where some keep something for that process, such as open files: they are told
// between executions. The peer owns the objects.
#pragma once

#include <utility>
#include <vector>

#include <stagger/objects.hpp>

namespace stagger::zoo {

class Local {
public:
    virtual ~Local() = default;
    // As if the process had just joined. Never waits.
    virtual void reset() = 0;
};

class LocalPeer : public plugin::ObjectPeer {
public:
    explicit LocalPeer(Objects objects) : LocalPeer(locals_of(objects), objects) {}

    void reset() override {
        for (Local* local : locals_) local->reset();
    }

private:
    LocalPeer(std::vector<Local*> locals, Objects& objects)
        : ObjectPeer(std::move(objects)), locals_(std::move(locals)) {}

    static std::vector<Local*> locals_of(const Objects& objects) {
        std::vector<Local*> locals;
        for (const auto& object : objects)
            if (auto* local = dynamic_cast<Local*>(object.get())) locals.push_back(local);
        return locals;
    }

    const std::vector<Local*> locals_;
};

}  // namespace stagger::zoo
