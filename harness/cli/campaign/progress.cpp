// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/progress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/report/summary.hpp"

namespace stagger::cli {
namespace {

constexpr auto kBetweenDraws = std::chrono::milliseconds(100);
constexpr std::string_view kEraseLine = "\r\033[K";

}  // namespace

Progress::Progress(ProgressMode mode, report::Style style, std::size_t cases, Write write)
    : mode_(mode),
      style_(style),
      write_(std::move(write)),
      counts_(cases),
      lines_(cases),
      drawn_at_(Clock::now()) {
    if (mode_ == ProgressMode::Bar)
        drawer_ = std::jthread([this](const std::stop_token& stop) { keep_drawing(stop); });
}

Progress::~Progress() {
    close();
}

void Progress::started(std::size_t index, const std::string& id) {
    const std::lock_guard guard(lock_);
    running_.emplace_back(index, report::printable(id));
    // The first line comes at once, and not only with the next tick.
    if (mode_ == ProgressMode::Bar && !drawn_) draw();
}

void Progress::executions(std::size_t index, std::uint64_t count) {
    counts_[index].store(count, std::memory_order_relaxed);
}

void Progress::finished(std::size_t index, const engine::CaseResult& result) {
    const std::lock_guard guard(lock_);
    counts_[index].store(result.schedules, std::memory_order_relaxed);
    std::erase_if(running_, [index](const auto& running) { return running.first == index; });
    ++done_;
    if (!result.findings.empty()) ++findings_;
    if (mode_ != ProgressMode::Plain) return;
    lines_[index] = report::render_line(result, style_);
    print_ready_lines();
}

void Progress::close() {
    drawer_.request_stop();
    if (drawer_.joinable()) drawer_.join();
    const std::lock_guard guard(lock_);
    if (drawn_) write_(kEraseLine);
    drawn_ = false;
}

void Progress::keep_drawing(const std::stop_token& stop) {
    std::unique_lock guard(lock_);
    for (;;) {
        closing_.wait_for(guard, stop, kBetweenDraws, [] { return false; });
        if (stop.stop_requested()) return;
        draw();
    }
}

void Progress::draw() {
    const Clock::time_point now = Clock::now();
    std::uint64_t total = 0;
    for (const auto& count : counts_) total += count.load(std::memory_order_relaxed);
    const double seconds = std::chrono::duration<double>(now - drawn_at_).count();
    const double current =
        seconds > 0 ? static_cast<double>(total - std::min(total, drawn_total_)) / seconds : 0;
    // Smoothed, or nobody could read it.
    rate_ = rate_ > 0 ? 0.8 * rate_ + 0.2 * current : current;
    drawn_total_ = total;
    drawn_at_ = now;
    write_(std::string(kEraseLine) + bar());
    drawn_ = true;
}

std::string Progress::bar() const {
    std::string text = fmt::format("[{}/{}] {:.0f} schedules/s, {}", done_, counts_.size(), rate_,
                                   report::counted(findings_, "finding"));
    if (!running_.empty()) text += "  " + running_.front().second;
    if (running_.size() > 1) text += fmt::format(" and {} more", running_.size() - 1);
    // The last column stays free: some terminals wrap as soon as it is written.
    return report::fit(text, style_.width - 1);
}

// In the order of the cases, whichever ends first.
void Progress::print_ready_lines() {
    const int digits = static_cast<int>(std::to_string(lines_.size()).size());
    for (; next_line_ < lines_.size() && lines_[next_line_]; ++next_line_)
        write_(fmt::format("[{:>{}}/{}] {}\n", next_line_ + 1, digits, lines_.size(),
                           *lines_[next_line_]));
}

}  // namespace stagger::cli
