// SPDX-License-Identifier: Apache-2.0
//
// Texts that are pinned: a file beside the tests has what is expected. STAGGER_UPDATE_GOLDEN=1
// writes what came out into that file instead, to be looked at and committed.
#pragma once

#include <string>

namespace stagger::testing {

// Fails the test where `text` is not what the file has.
void expect_golden(const std::string& path, const std::string& text);

}  // namespace stagger::testing
