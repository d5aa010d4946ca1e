// SPDX-License-Identifier: Apache-2.0
//
// Reads EDN (https://github.com/edn-format/edn) as far as histories need it, from a stream, with
// bounds on depth and size. Keywords and symbols become texts without their colon, sets lists.
// Used by the reader of Jepsen's histories, and for the values of its text logs.
#pragma once

#include <string>

#include "harness/base/value.hpp"
#include "harness/recorded/input.hpp"

namespace stagger::recorded {

class EdnReader {
public:
    explicit EdnReader(Input& input) : input_(input) {}

    // White space, commas, comments and discarded forms.
    void skip_blanks();
    // False, and error() says why, where the input is no EDN, or ends.
    bool read(Value& value) { return read_form(value, 0); }
    // A word: keyword (with its colon), symbol or number. "" where there is none.
    const std::string& read_word();
    // A tag, such as #jepsen.history.Op, stands before the form: skips it.
    bool skip_tag();

    // Begins a new top-level form, for the bound on the size of one.
    void begin_form() { form_start_ = input_.offset(); }
    bool fail(const std::string& message);
    const Error& error() const { return *error_; }
    bool failed() const { return error_ != nullptr; }

private:
    bool read_form(Value& value, int depth);
    bool read_sequence(Value& value, char close, int depth);
    bool read_map(Value& value, int depth);
    bool read_text(Value& value);
    bool read_dispatch(Value& value, int depth);
    bool read_atom(Value& value);
    bool too_large();

    Input& input_;
    std::uint64_t form_start_ = 0;
    int discarding_ = 0;  // forms within forms that are passed over
    std::string word_;
    std::unique_ptr<Error> error_;
};

// A whole number that 64 bits cannot hold keeps its identity as this text, in every format.
std::string canonical_digits(std::string_view digits);

// The value that one word of EDN stands for: 3, nil, true, :timed-out, 1.5, 7N.
Value edn_atom(std::string_view word);

}  // namespace stagger::recorded
