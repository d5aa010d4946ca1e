// SPDX-License-Identifier: Apache-2.0
//
// The lines that Jepsen prints while it runs, and its history.txt:
//
//     INFO  jepsen.util - 0  :invoke  :cas  [0 3]
//     2026-11-22 10:00:00,123{GMT} INFO [jepsen worker 0] jepsen.util: 0 :invoke :cas [0 3]
//     0  :ok  :read  nil
//
// In a log, lines of other origin stand between them and are passed over. What follows the value,
// such as ":hint 0", is a remark.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "harness/recorded/formats/edn.hpp"
#include "harness/recorded/formats/formats.hpp"

namespace stagger::recorded {

namespace {

constexpr std::string_view kExpected =
    "expected a process, :invoke, :ok, :fail or :info, an operation such as :read, and a value";

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Takes the next word off the front of a line.
std::string_view take_word(std::string_view& line) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    std::size_t length = 0;
    while (length < line.size() && !is_blank(line[length])) ++length;
    const std::string_view word = line.substr(0, length);
    line.remove_prefix(length);
    return word;
}

class Reader {
public:
    Reader(Input& input, const ReadOptions& options)
        : input_(input), recorder_(input.path(), "Jepsen text log", 1, options) {}

    Result<Reading> read() {
        std::string line;
        for (std::uint32_t count = 1; input_.read_line(line); ++count) {
            line_ = count;
            STAGGER_TRY(auto done, read_line(line));
            (void)done;
            if (count % kBoundsEvery != 0) continue;
            if (std::string bound = recorder_.bound_reached(); !bound.empty())
                return Reading{{}, std::move(bound)};
        }
        if (input_.problem()) return *input_.problem();
        recorder_.split_tuples();
        Result<History> history = recorder_.finish();
        if (!history) return history.error();
        return Reading{std::move(*history), ""};
    }

private:
    Error error(std::string_view message) const { return input_.error_at(line_, message); }

    // What stands behind the prefix of a logger, or the whole line. True if that is surely
    // Jepsen's.
    static bool skip_prefix(std::string_view line, std::string_view& rest) {
        rest = line;
        for (const std::string_view logger : {"jepsen.util - ", "jepsen.util: "}) {
            const std::size_t logged = line.find(logger);
            if (logged == std::string_view::npos) continue;
            rest = line.substr(logged + logger.size());
            return true;
        }
        constexpr std::array<std::string_view, 5> kLevels = {"INFO", "WARN", "DEBUG", "ERROR",
                                                             "TRACE"};
        const std::size_t dash = line.find(" - ");
        const bool level_near = std::any_of(kLevels.begin(), kLevels.end(), [&](auto level) {
            return line.substr(0, 64).find(level) != std::string_view::npos;
        });
        if (level_near && dash != std::string_view::npos) rest = line.substr(dash + 3);
        return false;
    }

    // Two words tell events from lines of other origin: a process, and a type.
    static bool is_event(std::string_view rest, bool logged) {
        const std::string_view process = take_word(rest);
        const std::string_view type = take_word(rest);
        if (process.empty() || process.front() == ':') return false;  // the nemesis
        const bool numbered = process.find_first_not_of("0123456789") == std::string_view::npos;
        if (type.empty()) return logged && numbered;  // it breaks off
        return type.front() == ':' && (logged || numbered || event_type(type.substr(1)));
    }

    Status read_line(std::string_view line) {
        std::string_view rest;
        const bool logged = skip_prefix(line, rest);
        if (!is_event(rest, logged)) {
            if (input_.at_end_of_file() && cut_off(line))
                return error(
                    fmt::format("the history ends in the middle of a line: {}", kExpected));
            return Ok{};
        }
        const std::string_view process = take_word(rest);
        const std::string_view type_word = take_word(rest);
        const std::string_view function = take_word(rest);
        if (type_word.size() < 2 || type_word.front() != ':' || function.empty())
            return error(fmt::format("this is no event: {}", kExpected));
        const EventType* type = event_type(type_word.substr(1));
        if (!type) return error(fmt::format("there is no type {}: {}", type_word, kExpected));
        Event event;
        event.type = type->type;
        event.line = line_;
        event.process = process;
        event.function = function.front() == ':' ? function.substr(1) : function;
        STAGGER_TRY(event.value, read_value(rest));
        const Status status = recorder_.add(event);
        return status.ok() ? status : Status(error(status.error().message));
    }

    // The last line of a log that breaks off before one can see what it is.
    static bool cut_off(std::string_view line) {
        constexpr std::string_view kStart = "INFO  jepsen.util - ";
        return !line.empty() && line.size() < kStart.size() && kStart.starts_with(line);
    }

    Result<Value> read_value(std::string_view text) {
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        if (text.empty()) return error(fmt::format("the value is missing: {}", kExpected));
        // By far most values are one word.
        if (text.find_first_of("\"[({#\\;") == std::string_view::npos)
            return edn_atom(take_word(text));
        Input words = Input::of_text(input_.path(), text);
        EdnReader edn(words);
        Value value;
        if (edn.read(value)) return value;
        return error(fmt::format("this is no whole value: {}", kExpected));
    }

    Input& input_;
    Recorder recorder_;
    std::uint32_t line_ = 0;
};

}  // namespace

Result<Reading> read_text_log(Input& input, const ReadOptions& options) {
    return Reader(input, options).read();
}

}  // namespace stagger::recorded
