// SPDX-License-Identifier: Apache-2.0
//
// The project's own files, as the lint tests look at them. STAGGER_ROOT is the source folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stagger::lint {

// Files under `folder` (relative to the root) whose name ends in one of `endings`, sorted. None if
// there is no such folder.
std::vector<std::filesystem::path> files_under(const std::string& folder,
                                               const std::vector<std::string>& endings);

// Every source and header of the project.
std::vector<std::filesystem::path> sources();

std::vector<std::string> lines_of(const std::filesystem::path& file);

// As a message names it: relative to the root, with the line if there is one.
std::string place(const std::filesystem::path& file, std::size_t line = 0);

}  // namespace stagger::lint
