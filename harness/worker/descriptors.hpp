// SPDX-License-Identifier: Apache-2.0
//
// Which descriptors this process has open, and what they are: so that a backend that closes fewer
// than it opened is told. Used by the builder, before it makes a case's objects and after it
// destroyed them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace stagger::worker {

// By number: "a pipe", "a socket", or the file's name.
using Descriptors = std::map<int, std::string>;

Descriptors open_descriptors();

// Closes those that were not open before; gives what they are: "2 open descriptors of a pipe".
std::vector<std::string> close_new_descriptors(const Descriptors& before);

}  // namespace stagger::worker
