// SPDX-License-Identifier: Apache-2.0
//
// The verdict on a recorded history, for people and for programs. Called by `stagger check`. Pure.
#pragma once

#include <string>

#include "harness/recorded/judge.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {

// What was judged, and what it came to.
struct JudgedHistory {
    const recorded::History* history = nullptr;
    const recorded::Judgement* judgement = nullptr;
    std::string model;
    std::string consistency;  // "linearizable"
    double seconds = 0;       // judging, reading aside
    double reading_seconds = 0;
};

std::string render_judgement(const JudgedHistory&, const Style&);
std::string judgement_json(const JudgedHistory&);

}  // namespace stagger::report
