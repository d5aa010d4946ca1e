// SPDX-License-Identifier: Apache-2.0
//
// Runs the real `stagger` on specs of these tests, each in a folder of its own.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::e2e {

using testing::Exited;
using testing::Killed;
using testing::Outcome;
using testing::TemporaryFolder;
using testing::text_of;

// tests/e2e/specs/NAME.toml
std::string spec(const std::string& name);

// `stagger WORDS...` in that folder, without colour.
testing::Command command(const TemporaryFolder&, std::vector<std::string> words);
Outcome stagger(const TemporaryFolder&, std::vector<std::string> words);

// The same with a seed and few schedules: enough for these specs.
Outcome stagger_quick(const TemporaryFolder&, std::vector<std::string> words);

bool contains(const std::string& text, const std::string& part);

// The only schedule below the folder's .stagger; fails the test where there is not exactly one.
std::string only_schedule(const TemporaryFolder&);

}  // namespace stagger::e2e
