// SPDX-License-Identifier: Apache-2.0
//
// Plain tables, one operation on each line, in columns apart by blanks, tabs or commas:
//
//     process start end operation value
//     0       0.5   2.5 write     1
//     1       1     -   read      -          never returned
//     1       3     4   cas       0 3 ok
//
// A first line of names may order the columns otherwise, and add `key` and `result`. Without one,
// what follows the value is the result, or ok, fail or info. A cas takes two values, or [0 3].
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "harness/recorded/formats/edn.hpp"
#include "harness/recorded/formats/formats.hpp"

namespace stagger::recorded {

namespace {

constexpr std::string_view kExpected = "expected process, start, end, operation and value";

enum class Column : std::uint8_t { Process, Start, End, Operation, Value, Key, Result };

struct ColumnName {
    std::string_view name;
    Column column;
};
constexpr std::array<ColumnName, 17> kColumns = {{
    {"process", Column::Process},
    {"client", Column::Process},
    {"thread", Column::Process},
    {"start", Column::Start},
    {"invoke", Column::Start},
    {"call", Column::Start},
    {"end", Column::End},
    {"return", Column::End},
    {"finish", Column::End},
    {"operation", Column::Operation},
    {"op", Column::Operation},
    {"f", Column::Operation},
    {"value", Column::Value},
    {"argument", Column::Value},
    {"key", Column::Key},
    {"result", Column::Result},
    {"status", Column::Result},
}};

const ColumnName* column_named(std::string_view name) {
    const auto found = std::find_if(kColumns.begin(), kColumns.end(),
                                    [&](const ColumnName& column) { return column.name == name; });
    return found == kColumns.end() ? nullptr : &*found;
}

bool is_open(std::string_view end) {
    constexpr std::array<std::string_view, 7> kOpen = {"-", "?", "nil", "none", "inf", "info", "_"};
    return std::find(kOpen.begin(), kOpen.end(), end) != kOpen.end();
}

// Cells of a line: brackets and quotes hold together what blanks and commas would part.
std::vector<std::string_view> cells_of(std::string_view line) {
    std::vector<std::string_view> cells;
    const auto parts = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == ';'; };
    for (std::size_t at = 0; at < line.size();) {
        if (parts(line[at])) {
            ++at;
            continue;
        }
        const std::size_t start = at;
        int depth = 0;
        bool quoted = false;
        for (; at < line.size() && (depth > 0 || quoted || !parts(line[at])); ++at) {
            if (line[at] == '"') quoted = !quoted;
            if (quoted) continue;
            if (line[at] == '[' || line[at] == '(' || line[at] == '{') ++depth;
            if (line[at] == ']' || line[at] == ')' || line[at] == '}') --depth;
        }
        cells.push_back(line.substr(start, at - start));
    }
    return cells;
}

Result<Time> time_of(std::string_view cell) {
    std::int64_t integer = 0;
    const char* const end = cell.data() + cell.size();
    const auto whole = std::from_chars(cell.data(), end, integer);
    if (whole.ec == std::errc{} && whole.ptr == end) return static_cast<Time>(integer);
    double real = 0;
    const auto fraction = std::from_chars(cell.data(), end, real);
    if (fraction.ec == std::errc{} && fraction.ptr == end && real >= -kLatest && real <= kLatest)
        return static_cast<Time>(real);
    return Error{fmt::format("\"{}\" is no time: {}", cell, kExpected)};
}

class Reader {
public:
    Reader(Input& input, const ReadOptions& options)
        : input_(input), recorder_(input.path(), "table", 1, options) {}

    Result<Reading> read() {
        std::string line;
        for (std::uint32_t count = 1; input_.read_line(line); ++count) {
            line_ = count;
            const std::vector<std::string_view> cells = cells_of(line);
            if (cells.empty() || cells.front().front() == '#') continue;
            const Status status = is_heading(cells) ? read_heading(cells) : read_row(cells);
            if (!status) return input_.error_at(line_, status.error().message);
            started_ = true;
            if (count % kBoundsEvery != 0) continue;
            if (std::string bound = recorder_.bound_reached(); !bound.empty())
                return Reading{{}, std::move(bound)};
        }
        if (input_.problem()) return *input_.problem();
        Result<History> history = recorder_.finish();
        if (!history) return history.error();
        return Reading{std::move(*history), ""};
    }

private:
    bool is_heading(const std::vector<std::string_view>& cells) const {
        return !started_ && column_named(cells.front()) != nullptr;
    }

    Status read_heading(const std::vector<std::string_view>& cells) {
        columns_.clear();
        for (const std::string_view cell : cells) {
            const ColumnName* column = column_named(cell);
            if (!column)
                return Error{fmt::format("there is no column \"{}\": {}", cell, kExpected)};
            columns_.push_back(column->column);
        }
        for (const Column needed : {Column::Process, Column::Start, Column::End, Column::Operation})
            if (std::find(columns_.begin(), columns_.end(), needed) == columns_.end())
                return Error{fmt::format("a column is missing: {}", kExpected)};
        return Ok{};
    }

    Status read_row(const std::vector<std::string_view>& cells) {
        if (cells.size() < 4)
            return Error{
                fmt::format("this line has {} of the columns: {}", cells.size(), kExpected)};
        Row row;
        row.line = line_;
        std::vector<std::string_view> values;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Column column = i < columns_.size() ? columns_[i] : Column::Value;
            STAGGER_TRY(auto done, take(column, cells[i], row, values));
            (void)done;
        }
        STAGGER_TRY(auto done, take_values(values, row));
        (void)done;
        return recorder_.add(row);
    }

    static Status take(Column column, std::string_view cell, Row& row,
                       std::vector<std::string_view>& values) {
        switch (column) {
            case Column::Process:
                row.process = cell;
                return Ok{};
            case Column::Start: {
                STAGGER_TRY(row.start, time_of(cell));
                return Ok{};
            }
            case Column::End: {
                if (is_open(cell)) {
                    row.outcome = Outcome::Unknown;
                    return Ok{};
                }
                STAGGER_TRY(row.end, time_of(cell));
                return Ok{};
            }
            case Column::Operation:
                row.function = !cell.empty() && cell.front() == ':' ? cell.substr(1) : cell;
                return Ok{};
            case Column::Key: {
                STAGGER_TRY(row.key, value_of(cell));
                return Ok{};
            }
            case Column::Value:
            case Column::Result:
                values.push_back(cell);
                return Ok{};
        }
        return Ok{};
    }

    // One value is argument or result, as the operation wants it; a second one is the result.
    static Status take_values(std::vector<std::string_view> values, Row& row) {
        const std::string_view last = values.empty() ? std::string_view() : values.back();
        const bool is_cas = row.function.find("cas") != std::string_view::npos;
        if (last == "fail" || last == "info") {
            row.outcome = last == "fail" ? Outcome::Failed : Outcome::Unknown;
            values.pop_back();
        } else if (last == "ok" && values.size() > 1) {
            values.pop_back();
        }
        if (values.empty()) return Ok{};
        row.has_argument = !is_nothing(values[0]);
        STAGGER_TRY(row.argument, value_of(values[0]));
        std::size_t next = 1;
        if (is_cas && !row.argument.list()) {
            if (values.size() < 2)
                return Error{"a cas has two values, what it expects and what it writes"};
            STAGGER_TRY(Value written, value_of(values[1]));
            row.argument = Value(Value::List{row.argument, std::move(written)});
            next = 2;
        }
        row.result = row.argument;
        if (next < values.size()) {
            STAGGER_TRY(row.result, value_of(values[next]));
        }
        if (next + 1 < values.size())
            return Error{
                fmt::format("\"{}\" is one column too many: {}", values[next + 1], kExpected)};
        return Ok{};
    }

    static bool is_nothing(std::string_view cell) { return cell == "-" || cell == "_"; }

    static Result<Value> value_of(std::string_view cell) {
        if (is_nothing(cell)) return Value();
        if (cell.find_first_of("\"[({#\\;") == std::string_view::npos) return edn_atom(cell);
        Input words = Input::of_text("", cell);
        EdnReader edn(words);
        Value value;
        if (edn.read(value)) return value;
        return Error{fmt::format("\"{}\" is no whole value", cell)};
    }

    Input& input_;
    Recorder recorder_;
    std::vector<Column> columns_ = {Column::Process, Column::Start, Column::End, Column::Operation};
    std::uint32_t line_ = 0;
    bool started_ = false;
};

}  // namespace

Result<Reading> read_table(Input& input, const ReadOptions& options) {
    return Reader(input, options).read();
}

}  // namespace stagger::recorded
