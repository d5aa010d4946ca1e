// SPDX-License-Identifier: Apache-2.0
//
// A history as a space-time diagram: a lane per task, time going down in rows, operations as bars,
// arrows between them. What is left out of a long history has a row that says how much it was.
// Made for data.cpp, which writes it down; knows no format. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/check/legal_order.hpp"
#include "harness/engine/case_result.hpp"
#include "harness/report/html/flows.hpp"
#include "harness/report/rows.hpp"

namespace stagger::report::html {

// Of a history with more rows than that only what matters is drawn.
inline constexpr std::size_t kRowsDrawnWhole = 200;

struct Bar {
    std::uint32_t call = history::kNone;  // index into History::calls
    std::uint32_t lane = 0;
    std::uint32_t first = 0, last = 0;           // rows, both included
    std::uint32_t waits_until = history::kNone;  // a row: it could not go on before
    bool critical = false;
    bool open = false;   // it never returned ...
    bool stuck = false;  // ... since it waits
    std::string text;    // "load n -> 100"
    std::string origin;  // where what it came back with is from; may be empty
    std::string within;  // the `as_one` block it is part of; may be empty
};

struct DiagramRow {
    std::uint32_t lane = 0;
    std::string text;
    bool critical = false;
    RowKind kind = RowKind::Call;
    std::uint32_t bar = history::kNone;
    std::size_t folded = 0;  // more than 0: so many rows are left out here, and this is none
};

struct Bracket {
    std::uint32_t lane = 0;
    std::uint32_t first = 0, last = 0;  // rows
    std::string name;
    bool section = false;  // else an `as_one` block
};

struct Arrow {
    std::uint32_t from = 0, to = 0;  // bars
    Link link = Link::Value;
};

// Bars where they are drawn, else the words for them.
struct OrderStep {
    std::vector<std::uint32_t> bars;
    std::string text;
};

struct DrawnOrder {
    std::string about;
    bool blocks = false;
    std::size_t skipped = 0;  // steps before the first one shown
    std::vector<OrderStep> steps;
    OrderStep stuck;  // empty: all fit, or the search was given up
    bool given_up = false;
};

struct Diagram {
    std::vector<std::string> lanes;  // names of tasks
    std::vector<DiagramRow> rows;
    std::vector<Bar> bars;
    std::vector<Bracket> brackets;
    std::vector<Arrow> arrows;
    std::vector<DrawnOrder> orders;
    std::size_t left_out = 0;  // rows of the history that are not drawn
};

Diagram draw(const engine::Finding&, const spec::Case&);

}  // namespace stagger::report::html
