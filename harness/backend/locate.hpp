// SPDX-License-Identifier: Apache-2.0
//
// Where backends are: files named <name>.so in the folders that the command line gives. Looks at
// names only and loads nothing; used in the controller.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace stagger::backend {

// A path that ends in .so is taken as it is.
std::optional<std::string> locate(const std::string& name, const std::vector<std::string>& folders);

// Sorted, without doubles.
std::vector<std::string> names_in(const std::vector<std::string>& folders);

}  // namespace stagger::backend
