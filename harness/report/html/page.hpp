// SPDX-License-Identifier: Apache-2.0
//
// The results of a run as one page for a browser: everything in one file, nothing from the network.
// Called by the commands for --html. The page's own code is in assets/; this side only gives it the
// data. Pure: the same results give the same bytes, times aside.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::report::html {

// What results do not say of the scenario that they are of.
struct ScenarioNote {
    std::string summary;
    std::string path;
};

struct Run {
    std::string command;  // "gate"
    std::uint64_t seed = 0;
    bool stopped = false;  // interrupted before all cases had ended
    std::vector<engine::CaseResult> results;
    std::map<std::string, ScenarioNote> scenarios;  // by name
};

// Of all findings together so many bytes of diagrams are drawn, those of failed cases first; the
// others are told in words. Keeps the page light whatever is run.
inline constexpr std::size_t kMostDiagramBytes = 1'800'000;

std::string render_page(const Run&);

// How each page begins, of whatever version.
inline constexpr std::string_view kPageMark = "<!doctype html>\n<!-- written by Stagger -->\n";

// The data of the page, as one JSON object.
std::string page_data(const Run&, std::size_t most_diagram_bytes = kMostDiagramBytes);

// The template with its {{names}} filled in, each once: what is filled in is not looked at again.
std::string fill_in(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace stagger::report::html
