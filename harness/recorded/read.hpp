// SPDX-License-Identifier: Apache-2.0
//
// Reads a recorded history of any format that Stagger knows, recognised by its content. Called by
// `stagger check`, in the controller. Whatever the file is, memory stays within the options.
#pragma once

#include "harness/recorded/formats/formats.hpp"

namespace stagger::recorded {

// Fails with a sentence that names file and line, and what was expected. "-" is standard input.
Result<Reading> read_history(const std::string& path, const ReadOptions& options);

// The same of a text in memory.
Result<Reading> read_history_text(const std::string& name, std::string_view text,
                                  const ReadOptions& options);

}  // namespace stagger::recorded
