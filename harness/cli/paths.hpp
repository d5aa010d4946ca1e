// SPDX-License-Identifier: Apache-2.0
//
// Where things are: the worker and the plugins that belong to this program, the specs that a
// command was given, the files it writes. Called by the commands, in the controller.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"

namespace stagger::cli {

// The folder of the running program, or "." where /proc is not there.
std::string program_folder();

// The worker of the program, and the folder of its backends: beside the program where it was built,
// and in lib/stagger where it was installed, seen from the program.
std::string worker_path(const std::string& program_folder);
std::string plugins_beside(const std::string& program_folder);

// Folders to look for backends in: those of the program, then --plugin, then the
// colon-separated STAGGER_PLUGIN_PATH. A --plugin that is a file stands for its folder. Fails where
// a --plugin is not there.
Result<std::vector<std::string>> plugin_folders(const std::string& program_folder,
                                                const std::vector<std::string>& asked,
                                                const char* environment);

// Spec files in the order of `paths`; a folder stands for all *.toml below it, sorted. No paths
// mean ./specs. Each file once. Fails on a path that is not there or cannot be read.
Result<std::vector<std::string>> find_specs(const std::vector<std::string>& paths);

// Two different libraries of one name, of which only the first would ever be used; nothing if there
// are none.
std::optional<std::pair<std::string, std::string>> rival_plugins(
    const std::vector<std::string>& folders);

// Makes the folder, with those above it, unless it is there, and sees that files can be made in it.
Status prepare_folder(const std::string& folder);

// Whether what is there would be replaced; a pipe or a device is there to be written to.
bool is_replaced(const std::string& path);

// Fails where there is a file of that name already which does not begin with `mark`, as those that
// we write do: it is somebody else's.
Status check_own(const std::string& path, std::string_view mark);

// Whether write_file could write there, as far as can be told before: a folder that is not there
// should not cost the results of an hour. Leaves nothing behind.
Status check_writable(const std::string& path);

// The whole file, or none of it where it is a regular file: written aside, then renamed.
Status write_file(const std::string& path, std::string_view text);

}  // namespace stagger::cli
