// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/diagram.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "harness/report/text.hpp"

namespace stagger::report::html {
namespace {

using history::Call;
using history::History;
using history::kNone;

constexpr std::size_t kMostOrders = 3;
constexpr std::size_t kMostOrderSteps = 40;

class Drawing {
public:
    Drawing(const engine::Finding& finding, const spec::Case& spec_case)
        : finding_(finding),
          spec_case_(spec_case),
          history_(finding.history),
          critical_(critical_calls(finding.verdict)),
          origins_(origins_of(history_)),
          flows_(flows_of(history_, origins_)),
          bar_of_(history_.calls.size(), kNone) {}

    Diagram draw() {
        add_rows();
        add_bars();
        add_sections();
        add_blocks();
        add_arrows();
        add_orders();
        return std::move(out_);
    }

private:
    // ---- rows ------------------------------------------------------------------------------

    void add_rows() {
        const std::vector<Row> rows = marked_rows(history_, finding_.verdict);
        const std::vector<bool> kept = rows_kept(rows, kRowsDrawnWhole);
        add_lanes(rows, kept);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (kept[i]) {
                add_row(rows[i]);
            } else {
                add_folded(rows[i].position);
            }
        }
    }

    // In the order of tasks; those of which nothing is drawn have none.
    void add_lanes(const std::vector<Row>& rows, const std::vector<bool>& kept) {
        std::set<std::uint32_t> tasks;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (kept[i]) tasks.insert(rows[i].task);
        for (const std::uint32_t task : tasks) {
            lane_of_[task] = static_cast<std::uint32_t>(out_.lanes.size());
            out_.lanes.push_back(task_name(task));
        }
    }

    void add_row(const Row& row) {
        DiagramRow drawn;
        drawn.lane = lane_of_.at(row.task);
        drawn.text = row.text;
        drawn.critical = row.critical;
        drawn.kind = row.kind;
        const bool of_call = row.kind <= RowKind::Open;
        if (of_call && bar_of_[row.call] == kNone) {
            bar_of_[row.call] = static_cast<std::uint32_t>(out_.bars.size());
            Bar bar;
            bar.call = row.call;
            bar.lane = drawn.lane;
            bar.stuck = row.waits;
            out_.bars.push_back(std::move(bar));
        }
        if (of_call) drawn.bar = bar_of_[row.call];
        out_.rows.push_back(std::move(drawn));
        positions_.push_back(row.position);
    }

    void add_folded(std::uint32_t position) {
        ++out_.left_out;
        if (out_.rows.empty() || out_.rows.back().folded == 0) {
            out_.rows.emplace_back();
            positions_.push_back(position);
        }
        ++out_.rows.back().folded;
    }

    // The last row that begins at or before the position.
    std::uint32_t row_at(std::uint32_t position) const {
        const auto after = std::upper_bound(positions_.begin(), positions_.end(), position);
        const auto index = after - positions_.begin();
        return index == 0 ? 0 : static_cast<std::uint32_t>(index - 1);
    }

    std::uint32_t last_row() const { return static_cast<std::uint32_t>(out_.rows.size() - 1); }

    // ---- bars ------------------------------------------------------------------------------

    void add_bars() {
        const std::vector<std::uint32_t> until = waited_until(history_, flows_);
        for (Bar& bar : out_.bars) {
            const Call& call = history_.calls[bar.call];
            bar.text = call_text(history_, call);
            bar.critical = std::binary_search(critical_.begin(), critical_.end(), bar.call);
            bar.open = call.responded == kNone;
            if (call.block < history_.blocks.size())
                bar.within = printable(history_.blocks[call.block].name);
            bar.first = row_at(call.invoked);
            bar.last = bar.open ? row_at(end_of(call)) : row_at(call.responded);
            if (until[bar.call] != kNone) bar.waits_until = row_at(until[bar.call]);
        }
        // A call that nothing interrupted has one row, that of its return.
        for (std::uint32_t i = 0; i < out_.rows.size(); ++i) {
            const DiagramRow& row = out_.rows[i];
            if (row.bar == kNone) continue;
            Bar& bar = out_.bars[row.bar];
            if (row.kind == RowKind::Call) bar.first = bar.last = i;
            if (row.kind == RowKind::Begin || row.kind == RowKind::Open) bar.first = i;
            if (row.kind == RowKind::Return) bar.last = i;
        }
        for (Bar& bar : out_.bars) bar.origin = origin_text(origins_[bar.call]);
    }

    // What never returned goes on to the end, or until its process is killed.
    std::uint32_t end_of(const Call& call) const {
        for (const history::Strike& strike : history_.strikes) {
            const bool kills = strike.kind == FaultKind::Kill || strike.kind == FaultKind::Restart;
            const bool mine = process_of(strike.task) == process_of(call.task);
            if (kills && mine && strike.position >= call.invoked) return strike.position;
        }
        return kNone;
    }

    std::uint32_t process_of(std::uint32_t task) const {
        return task < history_.tasks.size() ? history_.tasks[task].process : kNone;
    }

    std::string origin_text(const Origin& origin) const {
        if (origin.link == Link::Initial) return "the initial value";
        if (origin.call == kNone) return "";
        const Call& source = history_.calls[origin.call];
        std::string_view how = "let go on by";
        if (origin.link == Link::Value) how = "written by";
        if (origin.link == Link::Message) how = "sent by";
        return fmt::format("{} {}: {}", how, task_name(source.task), call_text(history_, source));
    }

    // ---- brackets --------------------------------------------------------------------------

    void add_sections() {
        for (const history::Span& section : history_.sections) {
            const bool shown =
                std::binary_search(positions_.begin(), positions_.end(), section.entered) ||
                std::binary_search(positions_.begin(), positions_.end(), section.left);
            const auto lane = lane_of_.find(section.task);
            if (!shown || lane == lane_of_.end()) continue;
            const std::uint32_t last = section.left == kNone ? last_row() : row_at(section.left);
            out_.brackets.push_back(
                {lane->second, row_at(section.entered), last, printable(section.name), true});
        }
    }

    // From the first to the last of its calls that are drawn.
    void add_blocks() {
        std::map<std::uint32_t, Bracket> blocks;
        for (const Bar& bar : out_.bars) {
            const std::uint32_t block = history_.calls[bar.call].block;
            if (block >= history_.blocks.size()) continue;
            const auto [found, is_new] = blocks.try_emplace(
                block, Bracket{bar.lane, bar.first, bar.last, bar.within, false});
            if (is_new) continue;
            found->second.first = std::min(found->second.first, bar.first);
            found->second.last = std::max(found->second.last, bar.last);
        }
        for (auto& [block, bracket] : blocks) out_.brackets.push_back(std::move(bracket));
    }

    // ---- arrows and orders -----------------------------------------------------------------

    void add_arrows() {
        for (const Flow& flow : flows_) {
            const bool drawn = bar_of_[flow.from] != kNone && bar_of_[flow.to] != kNone;
            // In one lane a value needs no arrow: the bars are one below the other.
            const bool crosses = history_.calls[flow.from].task != history_.calls[flow.to].task;
            if (drawn && crosses)
                out_.arrows.push_back({bar_of_[flow.from], bar_of_[flow.to], flow.link});
        }
    }

    // First those that break off; of the others only what a violation is about.
    void add_orders() {
        check::Expectations expected;
        expected.judge_linearizability = spec_case_.expect.outcomes.empty();
        std::vector<check::LegalOrder> orders = check::legal_orders(history_, expected);
        std::erase_if(orders, [&](const check::LegalOrder& order) {
            const bool says_little =
                order.given_up || order.steps.size() < 2 || !is_about_violation(order);
            return order.stuck.empty() && says_little;
        });
        std::stable_sort(orders.begin(), orders.end(),
                         [](const check::LegalOrder& a, const check::LegalOrder& b) {
                             return !a.stuck.empty() && b.stuck.empty();
                         });
        // A whole order says little beside one that breaks off.
        if (!orders.empty() && !orders.front().stuck.empty())
            std::erase_if(orders,
                          [](const check::LegalOrder& order) { return order.stuck.empty(); });
        if (orders.size() > kMostOrders) orders.resize(kMostOrders);
        for (const check::LegalOrder& order : orders) out_.orders.push_back(drawn(order));
    }

    bool is_about_violation(const check::LegalOrder& order) const {
        const auto& violations = finding_.verdict.violations;
        return std::any_of(violations.begin(), violations.end(), [&](const auto& violation) {
            return !violation.object.empty() && violation.object == order.about;
        });
    }

    DrawnOrder drawn(const check::LegalOrder& order) const {
        DrawnOrder out;
        out.about = printable(order.about);
        out.blocks = order.blocks;
        out.given_up = order.given_up;
        out.skipped = order.steps.size() - std::min(order.steps.size(), kMostOrderSteps);
        for (std::size_t i = out.skipped; i < order.steps.size(); ++i)
            out.steps.push_back(step(order.steps[i]));
        if (!order.stuck.empty()) out.stuck = step(order.stuck);
        return out;
    }

    OrderStep step(const std::vector<std::uint32_t>& calls) const {
        OrderStep out;
        for (const std::uint32_t index : calls) {
            const Call& call = history_.calls[index];
            out.text += out.text.empty() ? task_name(call.task) + ": " : ", ";
            out.text += call_text(history_, call);
            if (bar_of_[index] != kNone) out.bars.push_back(bar_of_[index]);
        }
        return out;
    }

    std::string task_name(std::uint32_t task) const {
        return task < history_.tasks.size() ? printable(history_.tasks[task].name) : "?";
    }

    const engine::Finding& finding_;
    const spec::Case& spec_case_;
    const History& history_;
    std::vector<std::uint32_t> critical_;
    std::vector<Origin> origins_;
    std::vector<Flow> flows_;
    std::vector<std::uint32_t> bar_of_;               // by call
    std::vector<std::uint32_t> positions_;            // by row: where it begins in the history
    std::map<std::uint32_t, std::uint32_t> lane_of_;  // by task
    Diagram out_;
};

}  // namespace

Diagram draw(const engine::Finding& finding, const spec::Case& spec_case) {
    return Drawing(finding, spec_case).draw();
}

}  // namespace stagger::report::html
