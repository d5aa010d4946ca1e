// SPDX-License-Identifier: Apache-2.0
//
// The processes of one case, and single executions in them. Warm processes are used again for
// execution after execution; fresh ones serve one. What got stuck is killed, never unwound, and
// built again. Runs in the controller, one pool per case, used by one thread.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/control/integrity.hpp"
#include "harness/control/layout.hpp"
#include "harness/engine/debugger.hpp"
#include "harness/engine/host_process.hpp"
#include "harness/engine/segment_mapping.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

struct PoolFailure {
    std::string message;
    bool spec_error = false;
    bool lacking = false;  // the backend lacks a type: the case is skipped
};

class Pool {
public:
    // Starts the host and lets it load the backends. The pool must not outlive the arguments.
    static std::variant<Pool, PoolFailure> open(const std::string& worker_path, const backend::Job&,
                                                std::uint64_t step_limit);

    const backend::Layout& layout() const { return layout_; }
    control::Segment& segment() const { return mapping_.segment(); }
    // To be filled in before run().
    control::Plan& plan() const { return mapping_.segment().plan; }

    // From now on gives up soon after `cancelled` is set; may be null.
    void watch(const std::atomic<bool>* cancelled);

    // From now on executions are looked at by `debugger`, at the point where plan() has a Hold;
    // null: by nobody any more.
    void show_to(Debugger* debugger) { debugger_ = debugger; }

    // One execution under plan(). Fails only if the processes cannot be made at all, or a long one
    // was given up because it was cancelled.
    Status run(spec::Lifetime lifetime);
    // One in free mode, in fresh processes that are gone when it returns; plan() has the delays.
    Status run_free();

    // After run(): the execution, and the bytes that tell it from others.
    const control::Execution& execution() const { return mapping_.segment().execution; }
    std::string_view history_bytes();
    bool hung() const { return hung_; }
    // What a plugin wrote over in the control segment; null if nothing.
    const char* harm() const { return harm_; }
    std::string output() const { return host_->output(); }
    void forget_output() { host_->forget_output(); }

    // Kills and cleans up. What OS objects were left behind? Fails if the backend does.
    Result<std::vector<std::string>> close();

private:
    Pool(SegmentMapping mapping, HostProcess host, backend::Layout layout);

    Status build();
    Status tear_down();
    bool can_replace_killed() const;
    Status replace_killed();
    Status join();
    Status reset_keepers();
    void remove_residue_of_dead_host();
    Status prepare(spec::Lifetime lifetime);
    void begin(control::Phase);
    void execute(control::Phase);
    void execute_free();
    void await_free_end();
    void await_end();
    bool supervise();
    void take_over(control::TaskIndex holder);
    bool await_sleepers();
    bool await_debugger();
    bool is_debugged() { return debugger_ != nullptr && debugger_->is_in_charge(); }
    void pass_token(control::TaskIndex next);
    void give_up(control::Ending, const std::string& detail);
    bool give_up_if_cancelled();
    bool is_clean() const;
    control::TaskMask servers() const;

    SegmentMapping mapping_;
    std::optional<HostProcess> host_;
    backend::Layout layout_;
    std::vector<std::string> residue_;
    std::string bytes_;  // history and ending, when the ending has something to add
    control::TaskMask roles_ = 0, parent_ = 0, tasks_ = 0, attaching_ = 0;
    control::TaskMask joining_ = 0;  // of attaching_, those whose process is new
    bool built_ = false;
    bool used_ = false;      // the built processes have already served an execution
    bool is_reset_ = false;  // what they share was, since then
    const std::atomic<bool>* cancelled_ = nullptr;
    control::Constants constants_;
    Debugger* debugger_ = nullptr;
    bool given_up_ = false;
    bool hung_ = false;
    bool took_long_ = false;  // the last execution, so that it was looked after
    const char* harm_ = nullptr;
    std::uint64_t last_points_ = 0;
    double stalled_cpu_ = 0;
    control::TaskIndex watched_ = control::kNobody;
    std::uint32_t asleep_ticks_ = 0, dead_ticks_ = 0, cancelled_ticks_ = 0;
};

}  // namespace stagger::engine
