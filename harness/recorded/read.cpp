// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/read.hpp"

#include <fmt/format.h>

#include <array>

namespace stagger::recorded {

namespace {

constexpr std::size_t kLookAhead = std::size_t{64} << 10;

constexpr std::string_view kExpected =
    "this is no history that Stagger knows: expected JSON lines ({\"process\": 0, \"type\": "
    "\"invoke\", ...}), Jepsen's EDN ({:process 0, :type :invoke, ...}) or text log (0 :invoke "
    ":read nil), or a table (process start end operation value)";

std::string_view without_blanks(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n\f,");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// Comments of tables (# ...) and of EDN (; ...) in front of the first event.
std::string_view without_comments(std::string_view text) {
    for (text = without_blanks(text); !text.empty(); text = without_blanks(text)) {
        const bool comment = text[0] == ';' || (text[0] == '#' && text.size() > 1 &&
                                                (text[1] == ' ' || text[1] == '\n'));
        if (!comment) return text;
        const std::size_t end = text.find('\n');
        text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    }
    return text;
}

bool is_table(std::string_view line) {
    const auto has = [line](std::string_view word) {
        return line.find(word) != std::string_view::npos;
    };
    // A line of names.
    if (!has(":") && (has("process") || has("client") || has("thread")) &&
        (has("start") || has("invoke") || has("call")))
        return true;
    // The second and the third column are times.
    std::size_t at = 0;
    for (int column = 0; column < 3; ++column) {
        at = line.find_first_not_of(" \t,", at);
        if (at == std::string_view::npos) return false;
        const bool numeric = (line[at] >= '0' && line[at] <= '9') || line[at] == '-' ||
                             line[at] == '.' || line[at] == '?' || line.substr(at, 3) == "inf" ||
                             line.substr(at, 3) == "nil";
        if (column > 0 && !numeric) return false;
        const std::size_t start = at;
        at = line.find_first_of(" \t,", at);
        // A date and a time of day, as loggers have them.
        if (at == std::string_view::npos ||
            line.substr(start, at - start).find(':') != std::string_view::npos)
            return false;
    }
    return line.find_first_not_of(" \t,", at) != std::string_view::npos;
}

using Reader = Result<Reading> (*)(Input&, const ReadOptions&);

Reader reader_of(std::string_view text) {
    text = without_comments(text);
    if (text.empty()) return nullptr;
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view inside = without_blanks(text.substr(1));
    if (text[0] == '{') return inside.starts_with('"') ? read_json_lines : read_edn;
    if (text[0] == '[') return inside.starts_with("{\"") ? nullptr : read_edn;
    if (text[0] == '(' || text[0] == '#') return read_edn;
    if (line.find("jepsen") != std::string_view::npos ||
        line.find(":invoke") != std::string_view::npos)
        return read_text_log;
    if (is_table(line)) return read_table;
    if (text.find(":invoke") != std::string_view::npos) return read_text_log;
    return nullptr;
}

Result<Reading> read(Input& input, const ReadOptions& options) {
    const std::string_view start = input.look_ahead(kLookAhead);
    if (start.empty() && !input.problem())
        return input.error("the file is empty: expected a history");
    const Reader reader = reader_of(start);
    if (reader) return reader(input, options);
    if (input.problem()) return *input.problem();
    const bool blank = without_comments(start).empty() && start.size() < kLookAhead;
    return input.error(blank ? "there is no event in it: expected a history" : kExpected);
}

}  // namespace

const EventType* event_type(std::string_view name) {
    static constexpr std::array<EventType, 4> kTypes = {{{"invoke", Event::Type::Invoke},
                                                         {"ok", Event::Type::Ok},
                                                         {"fail", Event::Type::Fail},
                                                         {"info", Event::Type::Info}}};
    for (const EventType& type : kTypes)
        if (type.name == name) return &type;
    return nullptr;
}

Status take_time(const Value& time, Event& event) {
    if (time.is_nil()) return Ok{};
    if (const std::int64_t* whole = time.integer()) event.time = static_cast<Time>(*whole);
    if (const double* real = time.real()) event.time = static_cast<Time>(*real);
    if (event.time && *event.time >= -kLatest && *event.time <= kLatest) return Ok{};
    return Error{
        fmt::format("{} is no time: expected nanoseconds, such as 1500", time.to_string())};
}

Result<Reading> read_history(const std::string& path, const ReadOptions& options) {
    STAGGER_TRY(Input input, Input::open(path));
    return read(input, options);
}

Result<Reading> read_history_text(const std::string& name, std::string_view text,
                                  const ReadOptions& options) {
    Input input = Input::of_text(name, text);
    return read(input, options);
}

}  // namespace stagger::recorded
