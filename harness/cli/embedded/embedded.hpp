// SPDX-License-Identifier: Apache-2.0
//
// Files of this folder that the program carries with it: CMake makes a table of each subfolder
// (stagger_embed in cmake/stagger.cmake). Read by the commands that hand them out or run them.
#pragma once

#include <span>
#include <string_view>

namespace stagger::cli {

struct EmbeddedFile {
    std::string_view path;  // below its folder
    std::string_view text;
};

// What `stagger new` starts from: backend/..., scenario/...
std::span<const EmbeddedFile> files_for_new();
// The smallest spec for each symptom: <symptom>.toml.
std::span<const EmbeddedFile> files_for_explain();
// What every backend should hold under.
std::span<const EmbeddedFile> files_for_doctor();

}  // namespace stagger::cli
