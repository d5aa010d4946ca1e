// SPDX-License-Identifier: Apache-2.0
//
// `replay --step`: a person walks through what happened, forwards and backwards.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

#include "harness/cli/commands/replaying.hpp"
#include "harness/report/walk.hpp"

namespace stagger::cli {
namespace {

constexpr std::string_view kHelp =
    "n or Enter: the next event; p: the one before; a number: that event; q: quit\n";

// A line of stdin, byte by byte so that nothing is taken that is not ours; nothing at its end.
std::optional<std::string> read_line() {
    std::string line;
    for (char c = 0;;) {
        const ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got <= 0) return line.empty() ? std::nullopt : std::optional(line);
        if (c == '\n') return line;
        line += c;
    }
}

// Where a command leads from there; nothing where it leads nowhere.
std::optional<std::size_t> target_of(const std::string& command, std::size_t at, std::size_t size) {
    if (command.empty() || command == "n") return std::min(at + 1, size - 1);
    if (command == "p") return at - std::min<std::size_t>(at, 1);
    const auto number = parse_number(command, 1, size);
    return number ? std::optional<std::size_t>(*number - 1) : std::nullopt;
}

}  // namespace

void walk(const engine::Finding& finding, Console& console) {
    const report::Walk course(finding);
    if (course.size() == 0) return;
    const bool person = isatty(STDIN_FILENO) == 1;
    std::size_t at = 0;
    console.print(std::string(kHelp) + "\n" + course.show(at, console.style()));
    for (;;) {
        if (person) console.print("> ");
        const std::optional<std::string> command = read_line();
        if (!command || *command == "q" || *command == "quit") return;
        const auto target = target_of(*command, at, course.size());
        if (target) at = *target;
        console.print(target ? course.show(at, console.style()) : std::string(kHelp));
    }
}

}  // namespace stagger::cli
