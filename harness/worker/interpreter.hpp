// SPDX-License-Identifier: Apache-2.0
//
// Runs a role's steps as one task: evaluates expressions, calls the backend, makes every
// invocation and response a point, and records the history. Lives in a worker process, one per
// task, and is used again in each execution.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "harness/history/history.hpp"
#include "harness/spec/evaluator.hpp"
#include "harness/spec/scenario.hpp"
#include "harness/worker/case_backends.hpp"
#include "harness/worker/recorder.hpp"

namespace stagger::worker {

// What a task needs to know of the case; outlives the interpreters that refer to it.
struct Surroundings {
    const spec::Scenario* scenario = nullptr;
    const spec::Case* spec_case = nullptr;
    CaseBackends* backends = nullptr;
    control::Segment* segment = nullptr;
    backend::Layout layout;
    // Enough for the tasks of one process. Made before the fork, since that takes longer than a
    // fork; each process has its own copies.
    std::vector<spec::Evaluator> evaluators;
    bool record_variables = false;  // some expectation looks at tasks' variables
};

class Interpreter {
public:
    Interpreter(Surroundings&, std::uint32_t task, spec::Evaluator);
    Interpreter(const Interpreter&) = delete;  // its evaluator refers to it
    Interpreter& operator=(const Interpreter&) = delete;

    // All steps of the task's role, `repeat` times.
    void run_role();
    // The parent's look at every object at the end.
    void run_parent();

private:
    enum class Flow { Next, Break, Stop };

    Flow run_steps(const std::vector<spec::Step>&);
    Flow run_step(const spec::Step&);
    Flow run_operation(const spec::Step&);
    Flow run_let(const spec::Step&);
    Flow run_if(const spec::Step&);
    Flow run_repeat(const spec::Step&);
    Flow run_while(const spec::Step&);
    Flow run_sleep(const spec::Step&);
    Flow run_assert(const spec::Step&);
    Flow run_join(const spec::Step&);
    Flow run_span(const spec::Step&);

    // Evaluates, or complains and gives nothing: the task then stops.
    bool evaluate(const spec::Step&, const spec::Expression&, Value& into);
    bool evaluate_encoded(const spec::Step&, const std::optional<spec::Expression>&,
                          std::string& into);
    bool condition(const spec::Step&, const spec::Expression&, bool& into);
    bool seconds(const spec::Step&, const spec::Expression&, std::int64_t& into_ns);
    // Complains that the expression must be `wanted`; false.
    bool refuse(const spec::Step&, const spec::Expression&, std::string_view wanted, const Value&);
    bool resolve(const spec::Step&, const spec::ObjectReference&, std::uint32_t& into);
    bool prepare(const spec::Step&, Request&);
    // `bytes` of a read or write of a stream.
    bool prepare_bytes(const spec::Step&);
    // The call itself, with its two points and records. False: the task stops.
    bool call(std::uint32_t site, const Request&, bool checked, Value& result,
              ResultStatus& status);
    Flow complain(const spec::Step&, history::Complaint::Kind, const std::string& text);
    void set_up_variables();
    void set_iteration(std::int64_t i);
    void report_variables();
    static std::int64_t draw(void* interpreter, std::int64_t least, std::int64_t most);

    Surroundings* surroundings_;
    std::uint32_t task_;
    const history::Task* identity_;
    const spec::Role* role_ = nullptr;  // null: the parent
    spec::Evaluator evaluator_;
    Recorder recorder_;
    std::int64_t iteration_ = 1;
    std::uint32_t marked_writes_ = 0;        // in this execution
    std::uint32_t site_ = control::kNoSite;  // of the step that an expression is evaluated for
    std::string key_, value_, expected_;     // kept, so that their memory is
};

}  // namespace stagger::worker
