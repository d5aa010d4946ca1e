// SPDX-License-Identifier: Apache-2.0
//
// Reads the steps of one role. Split over steps.cpp (which operation, which keys) and
// step_parts.cpp (their arguments); used by the parser only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

class StepReader {
public:
    StepReader(std::uint32_t role, Builder& builder) : role_(role), builder_(builder) {}

    std::vector<Step> read_block(const Entry&);

    // Readers of control steps: each takes the entry of the operation key.
    void read_let(const Entry&, Step&);
    void read_condition(const Entry&, Step&);
    void read_amount(const Entry&, Step&);
    void read_break(const Entry&, Step&);
    void read_join(const Entry&, Step&);
    void read_name(const Entry&, Step&);

private:
    Step read_step(const Node&, const Node::Entries&);
    bool count_step(Position);
    const Entry* find_operation_key(const Node&, const Node::Entries&);
    void complain_about_missing_operation(const Node&, const Node::Entries&);
    void complain_about_lacking(const Object&, const Entry&);
    void check_step_keys(const Node::Entries&, std::vector<std::string_view> keys,
                         std::string_view what);

    void read_operation(const Entry&, const Node::Entries&, Step&);
    void read_actor(const Entry&, const Node::Entries&, Step&);
    std::optional<std::uint32_t> find_actor(const Entry&);
    void read_bytes(const OperationInfo&, Step&);
    void read_arguments(const OperationInfo&, bool needs_key, Step&);
    void read_into(const OperationInfo&, Step&);
    void read_control_parts(Step&);
    std::string read_variable(const Node&);
    std::optional<ObjectReference> read_reference(const Entry&);
    void note_index(const Expression&, const Object&);
    std::optional<Expression> read_index(const std::string& text, const Object&, const Entry&);

    std::uint32_t role_;
    Builder& builder_;
    const Node* table_ = nullptr;  // of the step being read
    std::uint32_t loops_ = 0;      // that enclose it
    std::uint32_t count_ = 0;      // steps so far
    std::uint32_t doubts_ = 0;     // what around it, or on it, may keep it from being run
};

}  // namespace stagger::spec
