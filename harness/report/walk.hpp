// SPDX-License-Identifier: Apache-2.0
//
// An execution event by event, for `replay --step`: what happens, what each task did last, and what
// registers hold by then. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {

class Walk {
public:
    // Requires: the finding outlives it.
    explicit Walk(const engine::Finding&);

    std::size_t size() const { return rows_.size(); }
    // Requires: event < size().
    std::string show(std::size_t event, const Style&) const;

private:
    std::string tasks_at(std::size_t event, const Style&) const;
    std::string registers_at(std::size_t event) const;

    const history::History& history_;
    const std::vector<Row> rows_;
};

}  // namespace stagger::report
