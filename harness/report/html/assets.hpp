// SPDX-License-Identifier: Apache-2.0
//
// The files of assets/, as the build embeds them (cmake/embed_page.cmake). Used by page.cpp only.
#pragma once

#include <span>
#include <string_view>

namespace stagger::report::html {

extern const std::string_view kTemplate;
extern const std::span<const std::string_view> kStyles;
extern const std::span<const std::string_view> kScripts;  // modules, each after those it imports
extern const std::string_view kFingerprint;               // of all of them: letters and digits

}  // namespace stagger::report::html
