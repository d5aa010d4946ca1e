// SPDX-License-Identifier: Apache-2.0
//
// The controller's end of a host process: starts stagger-worker, talks to it, and sees that it
// ends. Boost.Process is wrapped here. One per case, used by the thread that runs the case.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "harness/backend/protocol.hpp"
#include "harness/base/result.hpp"

namespace stagger::engine {

class HostProcess {
public:
    static Result<HostProcess> start(const std::string& worker_path, int segment_descriptor);
    ~HostProcess();  // its builder kills the processes and cleans up; waits for that
    HostProcess(HostProcess&&) noexcept;
    HostProcess& operator=(HostProcess&&) noexcept;

    // From now on gives up soon after `cancelled` is set; may be null.
    void watch(const std::atomic<bool>* cancelled);

    // Sends `text` and waits for the answer. Fails, saying how, if the host died, or burns
    // processor time or sleeps in a plugin's function without an end.
    Result<backend::Answer> ask(const std::string& text, const std::string& doing);

    // How it ended, once it has.
    std::optional<std::string> death();

    // What it and its processes wrote to stdout and stderr since the last forget_output.
    std::string output() const;
    void forget_output();

private:
    struct State;
    HostProcess();

    std::unique_ptr<State> state_;
};

}  // namespace stagger::engine
