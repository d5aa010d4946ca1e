// SPDX-License-Identifier: Apache-2.0
#include "harness/report/table.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace stagger::report {
namespace {

constexpr std::size_t kMargin = 4;         // "  > "
constexpr std::size_t kBetween = 2;        // spaces between columns
constexpr std::size_t kNarrowest = 16;     // a column that still says something
constexpr std::size_t kMostLines = 3;      // of one row
constexpr std::size_t kFewestRepeats = 4;  // rows that become one

// Of a task that does one thing again and again, what it does is shown once.
std::vector<bool> repeats(const std::vector<Row>& rows) {
    std::vector<bool> repeated(rows.size(), false);
    for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
        const auto same = [&](const Row& row) {
            return row.task == rows[first].task && row.text == rows[first].text && !row.critical;
        };
        for (end = first + 1; end < rows.size() && same(rows[end]); ++end) continue;
        if (end - first < kFewestRepeats || rows[first].critical) continue;
        std::fill(repeated.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                  repeated.begin() + static_cast<std::ptrdiff_t>(end), true);
    }
    return repeated;
}

std::string task_name(const history::History& history, std::uint32_t task) {
    return task < history.tasks.size() ? printable(history.tasks[task].name) : "?";
}

// Cut to `width`, but not where the value is: "ret  load acc... -> 90".
std::string fit_cell(const std::string& text, std::size_t width) {
    if (display_width(text) <= width) return text;
    for (const std::string_view sign : {" -> ", " = "}) {
        // What is behind the sign may have such a sign inside.
        const std::size_t at = sign == " = " ? text.find(sign) : text.rfind(sign);
        if (at == std::string::npos) continue;
        const std::string value = text.substr(at);
        const std::size_t taken = display_width(value);
        if (2 * taken <= width) return fit(text.substr(0, at), width - taken) + value;
    }
    return fit(text, width);
}

// Shrinks the widest columns until all fit, or leaves `widths` empty where they cannot.
void fit_columns(std::vector<std::size_t>& widths, std::size_t available) {
    const std::size_t gaps = kBetween * (widths.size() - 1);
    const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), gaps); };
    while (total() > available) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= kNarrowest) return widths.clear();
        --*widest;
    }
}

class Table {
public:
    Table(const history::History& history, const std::vector<Row>& rows, const Style& style)
        : history_(history),
          rows_(rows),
          style_(style),
          repeated_(repeats(rows)),
          kept_(rows_kept(rows, kRowsShownWhole)) {
        for (std::size_t i = 0; i < rows.size(); ++i) kept_[i] = kept_[i] && !repeated_[i];
        for (const Row& row : rows) columns_.emplace(row.task, 0);
        std::size_t next = 0;
        for (auto& [task, column] : columns_) column = next++;
        widths_.resize(columns_.size());
        for (const auto& [task, column] : columns_)
            widths_[column] = display_width(task_name(history, task));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::size_t& width = widths_[columns_.at(rows[i].task)];
            if (kept_[i]) width = std::max(width, display_width(rows[i].text));
        }
        if (!widths_.empty()) fit_columns(widths_, std::max(style.width, kMargin) - kMargin);
    }

    std::string draw() const {
        std::string out = as_list() ? "" : header();
        for (std::size_t i = 0; i < rows_.size();) {
            const std::size_t first = i;
            if (kept_[first]) {
                out += row_line(rows_[i++]);
                continue;
            }
            while (i < rows_.size() && !kept_[i]) ++i;
            out += fold_line(first, i);
        }
        return out;
    }

private:
    bool as_list() const { return widths_.empty(); }

    std::string header() const {
        std::string names(kMargin, ' ');
        std::string rules(kMargin, ' ');
        for (const auto& [task, column] : columns_) {
            const bool last = column + 1 == widths_.size();
            const std::string title = fit(task_name(history_, task), widths_[column]);
            names += last ? title : pad(title, widths_[column] + kBetween);
            rules += std::string(widths_[column], '-');
            if (!last) rules += std::string(kBetween, ' ');
        }
        return style_.bold(names) + "\n" + style_.dim(rules) + "\n";
    }

    // A row that does not fit into its column goes on in the next line.
    std::string row_line(const Row& row) const {
        const std::string whole =
            as_list() ? fmt::format("{}: {}", task_name(history_, row.task), row.text) : row.text;
        const std::size_t width = as_list() ? std::max(style_.width, 2 * kMargin) - kMargin
                                            : widths_[columns_.at(row.task)];
        const std::size_t indent = as_list() ? 0 : left_of(columns_.at(row.task));
        std::vector<std::string> lines{whole};
        if (display_width(whole) > width) lines = wrap(whole, width);
        if (lines.size() > kMostLines) lines = {fit_cell(whole, width)};
        std::string out;
        for (const std::string& text : lines) {
            std::string line = row.critical && out.empty() ? "  > " : "    ";
            line.append(indent, ' ');
            line += fit_cell(text, width);
            out += (row.critical ? style_.bold(line) : line) + "\n";
        }
        return out;
    }

    std::size_t left_of(std::size_t column) const {
        return std::accumulate(widths_.begin(),
                               widths_.begin() + static_cast<std::ptrdiff_t>(column),
                               column * kBetween);
    }

    // In place of the rows from `first` to before `end`.
    std::string fold_line(std::size_t first, std::size_t end) const {
        const bool same = std::all_of(repeated_.begin() + static_cast<std::ptrdiff_t>(first),
                                      repeated_.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](bool repeated) { return repeated; });
        const std::string what = same ? fmt::format("{} more of the same", end - first)
                                      : counted(end - first, "more row");
        return style_.dim(fmt::format("    ... {} ...", what)) + "\n";
    }

    const history::History& history_;
    const std::vector<Row>& rows_;
    Style style_;
    std::vector<bool> repeated_;
    std::vector<bool> kept_;
    std::map<std::uint32_t, std::size_t> columns_;  // task -> column, in the order of tasks
    std::vector<std::size_t> widths_;               // empty: the tasks do not fit side by side
};

}  // namespace

std::string render_table(const history::History& history, const std::vector<Row>& rows,
                         const Style& style) {
    return Table(history, rows, style).draw();
}

}  // namespace stagger::report
