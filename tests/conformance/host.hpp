// SPDX-License-Identifier: Apache-2.0
//
// The smallest host that a backend can live in: the test's own process loads the plugin, creates
// the case and forks its servers and processes, which then run freely, in parallel, without a
// scheduler. The test tells each task of each process what to call, and gets the outcome.
//
//   Case run(variant, {{.type = STAGGER_QUEUE, .capacity = 2}}, {.processes = 2});
//   run.start(1, {.operation = STAGGER_TAKE});
//   run.call(0, {.operation = STAGGER_PUT, .value = 7});
//   EXPECT_EQ(run.finish(1).value, Value(7));
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <stagger/backend.h>

#include "harness/base/value.hpp"

namespace stagger::conformance {

// A backend under test: a plugin, and the options that differ from their defaults.
struct Variant {
    std::string plugin;
    std::string backend;
    std::vector<std::uint64_t> operations;  // by type, as the backend declares them
    std::vector<std::pair<std::string, std::string>> options;
};

// Every backend named by the build or by STAGGER_CONFORMANCE_PLUGINS (separated by ':'), with each
// value of each of its options.
std::vector<Variant> all_variants();
std::string variant_name(const Variant& variant);
void PrintTo(const Variant& variant, std::ostream* out);

struct ObjectDefinition {
    stagger_type type = STAGGER_REGISTER;
    Value initial = {};
    std::uint64_t capacity = 0;
    std::uint64_t value_size = 0;
};

struct Request {
    stagger_operation operation = STAGGER_LOAD;
    std::uint32_t object = 0;
    Value value = {};
    Value key = {};
    Value expected = {};
    std::uint32_t with = 0;
    double timeout = -1;  // seconds
};

struct Outcome {
    stagger_status status = STAGGER_OK;
    Value value = {};
    std::string failure = {};
};

// What a program, run inside a task, has in its hands.
using Invoke = std::function<Outcome(const Request&)>;
using Program = std::function<Value(const Invoke&)>;

struct Shape {
    std::uint32_t processes = 1;
    std::uint32_t threads = 1;  // tasks of each process
    std::vector<Program> programs = {};
};

// One case with its processes, from create to destroy. Task t is thread t % threads of process
// t / threads. Everything dies with the test's process.
class Case {
public:
    Case(const Variant& variant, std::vector<ObjectDefinition> objects, Shape shape = {});
    ~Case();
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    const stagger_contract& contract() const;

    // A task makes one call, or runs a program; start and finish let several do so at once.
    Outcome call(std::uint32_t task, const Request& request);
    void start(std::uint32_t task, const Request& request);
    void start_program(std::uint32_t task, std::size_t program);
    Outcome finish(std::uint32_t task);
    // Finishes tasks in the order in which they do, whatever that is.
    void finish_all(std::vector<std::uint32_t> tasks,
                    const std::function<void(std::uint32_t, const Outcome&)>& finished);

    // Between executions, as the engine does it. Requires: no task is in a call.
    void reset();
    // A process dies without a word.
    void kill(std::uint32_t process);
    // Ends everything; gives what the backend itself admits to have left behind.
    std::vector<std::string> end();
    const std::string& prefix() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace stagger::conformance
