// SPDX-License-Identifier: Apache-2.0
//
// What to do about each symptom, for `stagger explain` and the documentation. What a symptom is
// stands in symptom.cpp. Pure data.
#pragma once

#include <string_view>
#include <vector>

#include "harness/check/check.hpp"

namespace stagger::check {

struct Advice {
    Symptom symptom;
    std::string_view look;                   // what to look at in a finding of it
    std::vector<std::string_view> remedies;  // what usually helps, the most likely first
};

// Of every symptom, in the order of precedence.
const std::vector<Advice>& advice();

}  // namespace stagger::check
