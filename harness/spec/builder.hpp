// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the parser share while they build one Scenario. Each read_* takes its part of
// the document, adds to the scenario, and complains to `problems`; parse.cpp calls them in order.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/spec/expression.hpp"
#include "harness/spec/lua_sandbox.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/problems.hpp"

namespace stagger::spec {

// An index that runs whenever its role does, whatever the others do.
struct CertainIndex {
    Expression expression;
    std::uint32_t object = 0, role = 0;
};

struct Builder {
    Scenario scenario;
    Problems problems;
    Sandbox lua;  // compiles expressions, runs none
    // Expressions read since they were last checked for names, which needs the whole role.
    std::vector<Expression> unchecked;
    std::vector<CertainIndex> indices;
    std::set<std::string> untyped;  // objects whose type is wrong: what they can do is not known

    const Object* find_object(std::string_view name) const;
    const Role* find_role(std::string_view name) const;
    std::vector<std::string> object_names() const;
    std::vector<std::string> role_names() const;
    std::vector<std::string> param_names() const;
};

// A number or boolean as it is, a text as Lua; complains about anything else, and about Lua that
// does not compile. Its names are checked later.
std::optional<Expression> read_expression(const Entry&, Builder&);
// Lua source that is part of a text: at `offset` in the text that stands at `position`.
std::optional<Expression> read_lua(const std::string& source, Position, Builder&);

// The same where only some values will do. What needs no variable is evaluated here, and complained
// about; anything else shows when it runs.
std::optional<Expression> read_truth(const Entry&, Builder&);   // true or false
std::optional<Expression> read_time(const Entry&, Builder&);    // seconds, to kMostSeconds
std::optional<Expression> read_rounds(const Entry&, Builder&);  // a whole number from 0
// What the expression gives, if it names nothing and calls nothing.
std::optional<Value> constant_of(const Expression&, Builder&);
// Requires: cases are read. Whether each index exists in every process that surely uses it.
void check_indices(Builder&);

// Takes the unchecked expressions. In steps: the role's variables, parameters, self, thread, i.
void check_names_in_steps(const Role&, Builder&);
// In `final` and `observe`: objects, role[0].x, parameters.
void check_names_at_end(Builder&);

// May this be the name of an object, role, parameter or variable? Complains if not. `what`: "an
// object". All of these share one namespace, for the reader's sake.
bool check_name(const std::string& name, std::string_view what, Position, Builder&);

void read_params(const Node&, Builder&);
void read_objects(const Node&, Builder&);
void read_roles(const Node&, Builder&);
// Whether so many processes can run as the roles have under these parameters, and if not, why.
struct CountProblem {
    std::size_t role = 0;
    std::string message, hint;
};
std::optional<CountProblem> problem_of_counts(const Scenario&,
                                              const std::map<std::string, Value>& params);
std::vector<Step> read_steps(const Entry&, std::uint32_t role, Builder&);  // sites not yet numbered
// Both override, key by key, what is already there.
void read_expect(const Node&, Expect&, Builder&);
// `observe` and `outcomes` need each other, once a case has overridden what it overrides, and an
// outcome has as many values as are observed.
void check_outcomes(const Expect&, Position, Builder&);
void read_explore(const Node&, Explore&, Builder&);
// [faults]: overrides, key by key, what is already there. An array names several victims.
void read_faults(const Node&, Faults&, Builder&);
// Its parts, for a matrix: the entries; whom or how many one names, as a value; and that taken.
const Node::Entries* read_fault_entries(const Node&, Builder&);
std::optional<Value> read_fault(const std::string& key, const Node&, Builder&);
void set_fault(const std::string& key, const Value&, Faults&);
// What cannot be of these faults: one strikes a process that is not there under these parameters,
// or has several threads and is to start again; or the mode has no faults.
struct FaultProblem {
    std::string message, hint;
};
std::optional<FaultProblem> problem_of_faults(const Scenario&, const Faults&,
                                              const std::map<std::string, Value>& params,
                                              std::optional<Mode>);
// Names of symptoms: `finds`, `allow`.
std::vector<std::string> read_symptoms(const Entry&, Builder&);
// Requires: params, objects, roles and defaults are read. `cases`: the array, or null.
void read_cases(const Node* cases, Builder&);
void read_default_options(const Node&, Builder&);

// Does `given` fit where the scenario's default is `original`? Numbers fit numbers.
bool same_kind(const Value& original, const Value& given);
std::string_view kind_name(const Value&);  // "a number"

}  // namespace stagger::spec
