// SPDX-License-Identifier: Apache-2.0
//
// Where a command's words go: results for people to stdout, or to stderr when `--json -` or its
// like owns stdout; progress and errors to stderr. Written from one thread at a time. A reader that
// went away is no error: what nobody reads is dropped, and the exit code still tells the verdict. A
// disk that is full is one.
#pragma once

#include <string_view>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {

class Console {
public:
    explicit Console(const Options&);

    // For people. What could not be written shows in `complete`.
    void print(std::string_view text);
    // Whether all that was printed could be written, or its reader went away.
    Status complete() const;
    // "stagger: ..." on stderr.
    void error(std::string_view message);
    // The progress display.
    void progress(std::string_view text);
    // For programs: stdout, whatever people read. Fails where it could not all be written.
    Status write_stdout(std::string_view text);

    // Where that goes: the descriptor.
    int people() const { return people_; }

    report::Style style() const { return style_; }
    // The same for tables whose rows a log should not cut: wide, unless a terminal would wrap them.
    report::Style table_style() const { return table_style_; }
    report::Style progress_style() const { return progress_style_; }
    // Auto resolved: a bar on a terminal that can redraw a line, else plain.
    ProgressMode progress_mode() const { return progress_mode_; }

private:
    int people_ = 1;
    int why_lost_ = 0;  // the errno of the first text that could not be printed
    report::Style style_, table_style_, progress_style_;
    ProgressMode progress_mode_ = ProgressMode::Plain;
};

// All of `text` to a descriptor; false, with errno, where it is full, closed or broken.
bool write_all(int descriptor, std::string_view text);

}  // namespace stagger::cli
