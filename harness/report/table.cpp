// SPDX-License-Identifier: Apache-2.0
#include "harness/report/table.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace stagger::report {
namespace {

constexpr std::size_t kMargin = 4;      // "  > "
constexpr std::size_t kBetween = 2;     // spaces between columns
constexpr std::size_t kNarrowest = 16;  // a column that still says something
constexpr std::size_t kMostCritical = 60;

std::vector<bool> rows_kept(const std::vector<Row>& rows) {
    if (rows.size() <= kRowsShownWhole) return std::vector<bool>(rows.size(), true);
    std::vector<bool> kept(rows.size(), false);
    const auto keep_around = [&](std::size_t row) {
        const std::size_t first = row - std::min(row, kRowsAround);
        const std::size_t last = std::min(row + kRowsAround, rows.size() - 1);
        std::fill(kept.begin() + static_cast<std::ptrdiff_t>(first),
                  kept.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
    };
    std::vector<std::size_t> critical;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows[row].critical) critical.push_back(row);
    // A finding that calls everything critical is shown by its two ends.
    for (std::size_t i = 0; i < critical.size(); ++i)
        if (i < kMostCritical / 2 || i + kMostCritical / 2 >= critical.size())
            keep_around(critical[i]);
    if (critical.empty()) {
        for (std::size_t row = 0; row < kRowsShownWhole / 4; ++row) kept[row] = true;
        for (std::size_t row = rows.size() - kRowsShownWhole / 2; row < rows.size(); ++row)
            kept[row] = true;
    }
    return kept;
}

std::string task_name(const history::History& history, std::uint32_t task) {
    return task < history.tasks.size() ? printable(history.tasks[task].name) : "?";
}

// Cut to `width`, but not where the value is: "ret  load acc... -> 90".
std::string fit_cell(const std::string& text, std::size_t width) {
    if (display_width(text) <= width) return text;
    for (const std::string_view sign : {" -> ", " = "}) {
        const std::size_t at = text.rfind(sign);
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
        : history_(history), rows_(rows), style_(style), kept_(rows_kept(rows)) {
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
        std::size_t folded = 0;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (!kept_[i]) {
                ++folded;
                continue;
            }
            out += fold_line(folded);
            folded = 0;
            out += row_line(rows_[i]);
        }
        return out + fold_line(folded);
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

    std::string row_line(const Row& row) const {
        const std::string_view mark = row.critical ? "  > " : "    ";
        std::string line;
        if (as_list()) {
            line = fmt::format("{}: {}", task_name(history_, row.task), row.text);
            line = fit_cell(line, std::max(style_.width, 2 * kMargin) - kMargin);
        } else {
            const std::size_t column = columns_.at(row.task);
            for (std::size_t i = 0; i < column; ++i) line.append(widths_[i] + kBetween, ' ');
            line += fit_cell(row.text, widths_[column]);
        }
        line.insert(0, mark);
        return (row.critical ? style_.bold(line) : line) + "\n";
    }

    std::string fold_line(std::size_t folded) const {
        if (folded == 0) return "";
        return style_.dim(fmt::format("    ... {} ...", counted(folded, "more row"))) + "\n";
    }

    const history::History& history_;
    const std::vector<Row>& rows_;
    Style style_;
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
