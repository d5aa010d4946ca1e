// SPDX-License-Identifier: Apache-2.0
//
// The objects of a case as a server holds them: a sequential state machine. A request is answered
// at once or is parked until another request or the clock lets it go on. It knows no transport and
// reads no clock, so it runs in a server process and in a test alike. One thread.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stagger/plugin.hpp>

namespace stagger::server {

// What a machine can hold.
inline constexpr auto kOperations = plugin::operations_on(
    {STAGGER_REGISTER, STAGGER_LIST, STAGGER_MAP, STAGGER_QUEUE, STAGGER_MUTEX, STAGGER_SEMAPHORE,
     STAGGER_EVENT, STAGGER_CONDITION, STAGGER_BARRIER, STAGGER_RWLOCK, STAGGER_STREAM,
     STAGGER_TOPIC, STAGGER_RPC});

// The options `overflow` and `delivery`.
struct CellOptions {
    bool drop = false;  // a full subscriber loses values, instead of making publishers wait
    stagger_executions executions = STAGGER_EXACTLY_ONCE;
};

// Bytes in a stream for which the scenario gives no capacity.
inline constexpr std::uint64_t kStreamCapacity = 4096;

// Who asks: a task, in the process that runs it. One that is started again in place of a process
// that died is somebody else: it holds no lock of the dead one, and gets none of its answers.
struct Caller {
    std::uint32_t task = 0;
    std::uint32_t process = 0;  // its id

    auto operator<=>(const Caller&) const = default;
};

// One operation as the server sees it. `deadline` is a time of CLOCK_MONOTONIC, which all processes
// of a machine share; 0: do not wait.
struct Request {
    stagger_operation operation = STAGGER_LOAD;
    std::uint32_t object = 0;
    std::uint32_t with = 0;
    Caller caller;
    std::int64_t deadline = plugin::Deadline::kNever;
    std::string key;
    std::string value;
    std::string expected;
};

// What goes back to who asked; `failure` says why where the status is STAGGER_ERROR.
struct Answer {
    Caller caller;
    std::uint32_t object = 0;
    stagger_status status = STAGGER_OK;
    std::string result;
    std::string failure;
};

class Cell;

// A request on its way through a cell, which keeps in it how far it has come.
struct Waiting {
    Request request;
    Cell* with = nullptr;                // of a condition's wait: the mutex
    std::uint64_t ticket = 0;            // the cell's own: which waiter, which generation
    std::size_t done = 0;                // of a write: how many bytes are in
    bool arrived = false;                // the first attempt has been made
    stagger_status status = STAGGER_OK;  // of the answer, once it relocks
};

// One object. An attempt that gives nothing may be repeated whenever anything has changed.
class Cell {
public:
    virtual ~Cell() = default;
    virtual std::optional<plugin::Reply> attempt(Waiting& waiting) = 0;
    // The time is up: the answer, or nothing where it must go on waiting for something else.
    virtual std::optional<plugin::Reply> give_up(Waiting&) {
        return plugin::Reply{STAGGER_TIMEOUT};
    }
    // Who waits has gone: as if it had never come.
    virtual void forget(Waiting&) {}
    virtual std::string snapshot() const { return wire::encode_nil(); }
};

std::unique_ptr<Cell> make_cell(const plugin::ObjectSpec& spec, const CellOptions& options = {});

class Machine {
public:
    explicit Machine(std::vector<plugin::ObjectSpec> objects, const CellOptions& options = {});
    ~Machine();

    using Answers = std::vector<Answer>;

    // Requires: the request names objects of this case.
    // Each appends the answers that are ready now, in the order in which they became so.
    void handle(Request request, Answers& answers);
    void expire(std::int64_t now, Answers& answers);
    // Parked requests of a caller that has gone are dropped; what it holds, it holds.
    void forget(const Caller& caller, Answers& answers);

    // The nearest deadline of a parked request.
    std::int64_t next_deadline() const;
    bool idle() const { return parked_.empty(); }
    // Every object as it was when new, and nobody waiting.
    void reset();

private:
    // Gives the attempt's answer, if there is one.
    std::optional<Answer> attempt(Waiting& waiting);
    std::optional<Answer> give_up(Waiting& waiting);
    void settle(Answers& answers);

    std::vector<plugin::ObjectSpec> objects_;
    CellOptions options_;
    std::vector<std::unique_ptr<Cell>> cells_;
    std::vector<Waiting> parked_;  // in the order in which they came
};

}  // namespace stagger::server
