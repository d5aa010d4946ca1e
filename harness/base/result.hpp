// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or an Error with a sentence for the user. Used by every module where a call
// can fail for reasons outside the program; broken invariants are STAGGER_CHECK, not results.
// Values, not thread-safe beyond what T is.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace stagger {

// What went wrong, in a form that a person can act on. `message` is a full sentence or more.
struct Error {
    std::string message;
};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // Requires: ok().
    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }

    // Requires: !ok().
    const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

// Success without a value.
struct Ok {};
using Status = Result<Ok>;

}  // namespace stagger

#define STAGGER_CONCAT_INNER(a, b) a##b
#define STAGGER_CONCAT(a, b) STAGGER_CONCAT_INNER(a, b)

// Declares `target` as the value of `expression`, or returns its error from the enclosing function.
#define STAGGER_TRY(target, expression) \
    auto STAGGER_CONCAT(try_result_, __LINE__) = (expression); \
    if (!STAGGER_CONCAT(try_result_, __LINE__).ok()) \
        return STAGGER_CONCAT(try_result_, __LINE__).error(); \
    target = std::move(STAGGER_CONCAT(try_result_, __LINE__)).value()
