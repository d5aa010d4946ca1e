// SPDX-License-Identifier: Apache-2.0
//
// Requests and answers as bytes, the same over every transport. Values take as many bytes as their
// object asks for (`value_size`), padded with a pattern that the reader checks. Used in clients and
// in servers. Bytes that are no message fail as "torn value: ...", since nobody else writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/server/machine.hpp"

namespace stagger::server {

// The part of the objects that both sides know.
using Sizes = std::vector<std::uint64_t>;  // value_size by object
Sizes value_sizes(const std::vector<plugin::ObjectSpec>& objects);

std::string encode(const plugin::Call& call, const Caller& caller, plugin::Deadline deadline,
                   const Sizes& sizes);
// Fills in what it understands before it fails: whose request it is comes first.
void decode(std::string_view bytes, const Sizes& sizes, Request& out);

std::string encode(const Answer& answer, const Sizes& sizes);
plugin::Reply decode_answer(std::string_view bytes, const Sizes& sizes);
// Whether that answer is for this caller, and not for one that died before it got it.
bool is_for(const Caller& caller, std::string_view bytes);

}  // namespace stagger::server
