// SPDX-License-Identifier: Apache-2.0
//
// Shows how far a run is: a line that is redrawn on a terminal, or a line per case. Fed by the
// threads that run cases; the line is drawn by a thread of its own, ten times a second, so that it
// stays alive while a case says nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/cli/arguments/options.hpp"
#include "harness/engine/case_result.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {

class Progress {
public:
    using Write = std::function<void(std::string_view)>;

    // Requires: mode is not Auto.
    Progress(ProgressMode mode, report::Style style, std::size_t cases, Write write);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void started(std::size_t index, const std::string& id);
    // Executions of that case so far. Cheap enough to be called after each.
    void executions(std::size_t index, std::uint64_t count);
    void finished(std::size_t index, const engine::CaseResult& result);

    // Removes the bar. Also done at destruction.
    void close();

private:
    using Clock = std::chrono::steady_clock;

    void keep_drawing(const std::stop_token&);
    void draw();               // under lock_
    std::string bar() const;   // under lock_
    void print_ready_lines();  // under lock_

    const ProgressMode mode_;
    const report::Style style_;
    const Write write_;

    std::mutex lock_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::vector<std::optional<std::string>> lines_;  // plain: of cases that ended, by index
    std::size_t next_line_ = 0;
    std::size_t done_ = 0;
    std::size_t findings_ = 0;
    std::vector<std::pair<std::size_t, std::string>> running_;  // index, id
    bool drawn_ = false;
    std::uint64_t drawn_total_ = 0;
    double rate_ = 0;
    Clock::time_point drawn_at_{};
    std::condition_variable_any closing_;
    std::jthread drawer_;  // last, so that it ends first
};

}  // namespace stagger::cli
