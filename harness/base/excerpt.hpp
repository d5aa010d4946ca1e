// SPDX-License-Identifier: Apache-2.0
//
// Values in sentences for people: whole where they are short, their beginning and how large they
// are where they are not. For messages and tables of every module; files keep values whole. Pure.
#pragma once

#include <string>

#include "harness/base/value.hpp"

namespace stagger {

// "[1, 2]"; "'aaaaaaaaaaa... (10000 bytes)"
std::string excerpt(const Value&);

}  // namespace stagger
