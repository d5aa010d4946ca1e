// SPDX-License-Identifier: Apache-2.0
//
// A Lua state in which an expression can do no harm: no files, no code from text, no randomness, no
// addresses, and bounds on memory, instructions and on what library functions do in one call.
// Owned by an Evaluator or by the checks of `spec`; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/result.hpp"

struct lua_State;

namespace stagger::spec {

// Who answers any(least, most). Requires: least <= most.
struct InputSource {
    std::int64_t (*draw)(void* context, std::int64_t least, std::int64_t most) = nullptr;
    void* context = nullptr;
};
// Both ends of a range lie within it, so that a double can hold every input.
inline constexpr std::int64_t kLargestInput = std::int64_t{1} << 53;

class Sandbox {
public:
    Sandbox();
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    lua_State* lua() const { return lua_; }

    // Leaves a compiled function on the stack, whose variables are the sandbox's, or says what is
    // wrong with `source` as Lua puts it. `line` is where it is wrong, from 1 within the source.
    struct Complaint {
        std::string message;
        std::uint32_t line = 1;
    };
    std::unique_ptr<Complaint> compile(const std::string& source);

    // What is wrong with `source` as an expression, which is one value; null if nothing is.
    std::unique_ptr<Complaint> check(const std::string& source);

    // Runs the function on top of the stack under the bounds; its one result takes its place.
    // On failure the stack is as if it had not been there.
    std::unique_ptr<Complaint> run();

    // Calls `function` with one pointer, and leaves its results on the stack. False, and nothing
    // there, if memory is exhausted.
    bool call(int (*function)(lua_State*), const void* argument, int results) const;

    // Without a source any() is an error.
    void draw_from(InputSource);

    // Frees what nothing refers to any more.
    void collect_garbage() const;
    // The variables are gone, so how long their texts were counts no more.
    void forget_variables() const;

    // Pushes the table of variables.
    static void push_variables(lua_State*);

private:
    struct Meter;

    Complaint pop_complaint();

    std::unique_ptr<Meter> meter_;
    lua_State* lua_ = nullptr;

    friend void charge(lua_State*, std::size_t);
    friend InputSource input_source(lua_State*);
    friend std::string& scratch_text(lua_State*);
};

// Counts work that Lua's instruction count does not see; raises a Lua error when it is too much.
void charge(lua_State*, std::size_t work);

InputSource input_source(lua_State*);

// A text that outlives an error raised while it is being copied.
std::string& scratch_text(lua_State*);

}  // namespace stagger::spec
