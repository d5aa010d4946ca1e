// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a file, block by block, with the number of the line: memory stays bounded whatever
// the file is. Used by the readers in formats/, one thread. What is no text, or a line beyond any
// bound, ends the input with a problem.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::recorded {

class Input {
public:
    // "-" is the standard input.
    static Result<Input> open(const std::string& path);
    // A text in memory, for tests.
    static Input of_text(std::string path, std::string_view text);

    // The next byte, -1 at the end or at a problem.
    int peek() {
        if (at_ == end_ && !refill()) return -1;
        return static_cast<unsigned char>(buffer_[at_]);
    }
    int get() {
        const int byte = peek();
        if (byte >= 0) advance();
        return byte;
    }
    // The next line without its end; false if there is none.
    bool read_line(std::string& line);

    // What is in memory from here on, at least `least` bytes where the file has as many.
    std::string_view look_ahead(std::size_t least);

    const std::string& path() const { return path_; }
    std::uint32_t line() const { return line_; }
    std::uint64_t offset() const { return offset_; }
    bool at_end_of_file() { return peek() < 0 && !problem_; }
    // Not null: why the input ended early.
    const Error* problem() const { return problem_.get(); }

    // "FILE:LINE: what is wrong".
    Error error(std::string_view message) const { return error_at(line_, message); }
    Error error_at(std::uint32_t line, std::string_view message) const;

private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    Input() = default;
    bool refill();
    bool stop(std::string_view message);
    void advance() {
        ++offset_;
        if (buffer_[at_++] != '\n') return;
        ++line_;
        line_start_ = offset_;
    }

    std::string path_;
    std::unique_ptr<std::FILE, Closer> file_;
    std::vector<char> buffer_;
    std::size_t at_ = 0, end_ = 0;
    std::uint32_t line_ = 1;
    std::uint64_t offset_ = 0, line_start_ = 0;
    std::unique_ptr<Error> problem_;
};

}  // namespace stagger::recorded
