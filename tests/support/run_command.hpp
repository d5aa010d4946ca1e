// SPDX-License-Identifier: Apache-2.0
//
// Runs a program without a shell, and captures how it ended and what it wrote. For tests that drive
// the real `stagger`. A program that does not end in time is killed, with its process group.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace stagger::testing {

// How a process ended; two types, so that a test cannot take one for the other.
struct Exited {
    int code;
    friend bool operator==(const Exited&, const Exited&) = default;
};
struct Killed {
    int signal;
    friend bool operator==(const Killed&, const Killed&) = default;
};
using Ending = std::variant<Exited, Killed>;

std::ostream& operator<<(std::ostream&, const Exited&);
std::ostream& operator<<(std::ostream&, const Killed&);

struct Command {
    std::vector<std::string> words;                       // the program first
    std::string folder = {};                              // to run in; "" is the test's own
    std::map<std::string, std::string> environment = {};  // set on top of the test's
    bool close_stdout = false;                            // nobody reads stdout
    // Sees all of stderr so far whenever there is more, and gives a signal to send, or 0.
    std::function<int(const std::string& err)> react = {};
    std::chrono::seconds watchdog{100};
    // On a terminal of so many columns, which is stdin, stdout and stderr: all of it is in `out`.
    unsigned short columns = 0;
    std::string input = {};  // what stdin has, or is typed; less than a pipe holds
};

struct Outcome {
    Ending ending = Killed{0};
    std::string out, err;
    bool timed_out = false;
};

Outcome run_command(const Command&);

}  // namespace stagger::testing
