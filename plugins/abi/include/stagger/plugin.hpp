// SPDX-License-Identifier: Apache-2.0
//
// The small types with which a backend in C++ speaks: what it describes, what it is configured
// with, what it is asked and what it answers, and deadlines. Header only; used by backend.hpp in
// every process of a case. Plain values: no function keeps what it is given.
#pragma once

#include <time.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <stagger/backend.h>
#include <stagger/value.hpp>

namespace stagger::plugin {

// Why something could not be done, as a sentence for the user.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// For a call to the system that failed: "mq_open of /stagger-7-q0: File exists".
[[noreturn]] inline void fail_system(const std::string& what, int error) {
    throw Failure(what + ": " + strerrordesc_np(error));
}

inline std::string_view view(const stagger_bytes& bytes) {
    return {bytes.data, bytes.size};
}

constexpr std::uint64_t operation_bits(std::initializer_list<stagger_operation> operations) {
    std::uint64_t bits = 0;
    for (const stagger_operation operation : operations) bits |= std::uint64_t{1} << operation;
    return bits;
}

// Every operation of every type, by type. A map's append, pop and read act on a list inside it.
inline constexpr std::array<std::uint64_t, STAGGER_TYPE_COUNT> kAllOperations = {
    operation_bits(
        {STAGGER_LOAD, STAGGER_STORE, STAGGER_SWAP, STAGGER_ADD, STAGGER_CAS, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_APPEND, STAGGER_POP, STAGGER_READ, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_GET, STAGGER_SET, STAGGER_ERASE, STAGGER_APPEND, STAGGER_POP,
                    STAGGER_READ, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SIZE, STAGGER_CLOSE, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_LOCK, STAGGER_UNLOCK, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_ACQUIRE, STAGGER_RELEASE, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_EVENT_SET, STAGGER_EVENT_CLEAR, STAGGER_EVENT_WAIT, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_WAIT, STAGGER_NOTIFY, STAGGER_NOTIFY_ALL, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_ARRIVE, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_RW_LOCK, STAGGER_RW_UNLOCK, STAGGER_RW_LOCK_SHARED,
                    STAGGER_RW_UNLOCK_SHARED, STAGGER_SNAPSHOT}),
    operation_bits(
        {STAGGER_STREAM_WRITE, STAGGER_STREAM_READ, STAGGER_STREAM_CLOSE, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_PUBLISH, STAGGER_SUBSCRIBE, STAGGER_RECEIVE, STAGGER_SNAPSHOT}),
    operation_bits({STAGGER_CALL, STAGGER_SERVE, STAGGER_REPLY, STAGGER_SNAPSHOT}),
    0,  // actors are no objects
};

// Every operation of these types, and none of the others.
constexpr std::array<std::uint64_t, STAGGER_TYPE_COUNT> operations_on(
    std::initializer_list<stagger_type> types) {
    std::array<std::uint64_t, STAGGER_TYPE_COUNT> operations{};
    for (const stagger_type type : types) operations[type] = kAllOperations[type];
    return operations;
}

// What a backend says about itself. `options` ends with an entry whose name is null.
struct Description {
    const char* name;
    const char* summary;
    std::array<std::uint64_t, STAGGER_TYPE_COUNT> operations;
    const stagger_option* options = nullptr;
};

// One object of the case, with the neutral value of its type where the scenario gives none.
struct ObjectSpec {
    std::string name;
    stagger_type type;
    std::string initial;
    std::uint64_t capacity;
    std::uint64_t value_size;
};

inline std::string neutral_value(stagger_type type) {
    switch (type) {
        case STAGGER_LIST:
        case STAGGER_QUEUE:
            return wire::encode_list(std::vector<std::string>());
        case STAGGER_MAP: {
            std::string empty;
            wire::append_map_header(empty, 0);
            return empty;
        }
        case STAGGER_SEMAPHORE:
            return wire::encode_integer(0);
        case STAGGER_EVENT:
            return wire::encode_boolean(false);
        default:
            return wire::encode_nil();
    }
}

// Reads the case's configuration; cheap to copy, valid as long as the case.
class Config {
public:
    explicit Config(const stagger_config& config) : config_(&config) {}

    std::uint32_t processes() const { return config_->process_count; }
    std::uint32_t tasks() const { return config_->task_count; }
    std::uint32_t servers() const { return config_->server_count; }
    std::string prefix() const { return config_->name_prefix; }
    // A file of this case, in the folder for temporary ones.
    std::string path(const std::string& name) const {
        return (std::filesystem::temp_directory_path() / (prefix() + name)).string();
    }

    std::vector<ObjectSpec> objects() const {
        std::vector<ObjectSpec> specs;
        for (std::uint32_t i = 0; i < config_->object_count; ++i) {
            const stagger_object& object = config_->objects[i];
            const auto type = static_cast<stagger_type>(object.type);
            std::string initial(view(object.initial));
            if (initial.empty() || wire::is_nil(initial)) initial = neutral_value(type);
            specs.push_back(
                {object.name, type, std::move(initial), object.capacity, object.value_size});
        }
        return specs;
    }

    // The choice of an option that the description lists.
    std::string option(std::string_view name) const {
        for (std::uint32_t i = 0; i < config_->setting_count; ++i)
            if (name == config_->settings[i].name) return config_->settings[i].value;
        throw Failure("the option " + std::string(name) + " has no setting");
    }

    // The index of the option's choice in `choices`, which may start an enumeration.
    template <typename Choice>
    Choice choose(std::string_view name, std::initializer_list<std::string_view> choices) const {
        const std::string chosen = option(name);
        int index = 0;
        for (const std::string_view choice : choices) {
            if (choice == chosen) return static_cast<Choice>(index);
            ++index;
        }
        throw Failure("the option " + std::string(name) + " cannot be " + chosen);
    }

private:
    const stagger_config* config_;
};

inline std::int64_t monotonic_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// When an operation gives up: never, at once, or at a time of CLOCK_MONOTONIC.
class Deadline {
public:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    // A relative time-out in the ABI's form: -1 for ever, 0 at once. Looks at the clock only if
    // there is a time to compute.
    static Deadline after(std::int64_t timeout_ns) {
        if (timeout_ns < 0) return Deadline(kNever);
        if (timeout_ns == 0) return Deadline(0);
        const std::int64_t now = monotonic_now();
        return Deadline(timeout_ns < kNever - now ? now + timeout_ns : kNever);
    }

    // A time of CLOCK_MONOTONIC in nanoseconds, kNever, or 0: at once.
    static Deadline at(std::int64_t time) { return Deadline(time); }

    bool never() const { return at_ == kNever; }
    bool immediate() const { return at_ == 0; }
    bool passed() const { return immediate() || (!never() && monotonic_now() >= at_); }
    std::int64_t nanoseconds() const { return at_; }
    timespec time() const { return {at_ / 1'000'000'000, at_ % 1'000'000'000}; }

private:
    explicit Deadline(std::int64_t at) : at_(at) {}

    std::int64_t at_;
};

// One operation; the bytes belong to the caller and are valid until invoke() returns.
struct Call {
    explicit Call(const stagger_call& call)
        : operation(static_cast<stagger_operation>(call.operation)),
          object(call.object),
          with(call.with),
          task(call.task),
          timeout_ns(call.timeout_ns),
          key(view(call.key)),
          value(view(call.value)),
          expected(view(call.expected)) {}

    Deadline deadline() const { return Deadline::after(timeout_ns); }

    stagger_operation operation;
    std::uint32_t object;
    std::uint32_t with;
    std::uint32_t task;
    std::int64_t timeout_ns;
    std::string_view key;
    std::string_view value;
    std::string_view expected;
};

// The task whose call this thread is executing: for what a backend keeps per task.
inline thread_local std::uint32_t current_task = 0;

// How an operation went; an empty result is nil. Errors are thrown.
struct Reply {
    stagger_status status = STAGGER_OK;
    std::string result = {};

    static Reply of(std::string value) { return {STAGGER_OK, std::move(value)}; }
    static Reply of(bool value) { return {STAGGER_OK, wire::encode_boolean(value)}; }
};

}  // namespace stagger::plugin
