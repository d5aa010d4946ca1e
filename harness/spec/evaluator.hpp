// SPDX-License-Identifier: Apache-2.0
//
// Evaluates expressions: a sandboxed Lua 5.4 with one set of variables. Each task of a worker owns
// one; the engine owns one for `final`. Not thread-safe; bounded in memory and instructions, so
// that an expression can neither hang nor exhaust a process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/result.hpp"
#include "harness/spec/lua_sandbox.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::spec {

class Evaluator {
public:
    Evaluator();
    ~Evaluator();
    Evaluator(Evaluator&&) noexcept;
    Evaluator& operator=(Evaluator&&) noexcept;

    // Forgets all variables.
    void clear();
    void set(const std::string& name, const Value& value);
    // Nil where it is not set.
    Value get(const std::string& name) const;

    // Who answers any() from now on; without one it is an error.
    void draw_from(InputSource);

    // Compiles at first sight of expression.id. The error says what Lua says, with the position.
    Result<Value> evaluate(const Expression&);
    // The same for code from a file of its own: the error is what Lua says alone, and `line` where
    // it is, from 1 within the source of the function that failed.
    Result<Value> evaluate(const Expression&, std::uint32_t& line);
    // Compiles what will be evaluated later, in processes that are forked for it; and then tidies
    // up, so that none of them has to.
    Status compile(const Expression&);
    void collect_garbage();

    // Without running it: does it compile? The names it reads (for checks), in order of appearance.
    static Result<std::vector<std::string>> free_names(const std::string& source);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace stagger::spec
