// SPDX-License-Identifier: Apache-2.0
//
// A folder of one test's own, removed with everything in it at the end of the test, so that tests
// run in parallel. For tests of any module.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace stagger::testing {

class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string operator/(std::string_view name) const { return (path_ / name).string(); }

    // Makes the folders above it, too. Gives the whole path.
    std::string write(std::string_view name, std::string_view text) const;

private:
    std::filesystem::path path_;
};

// The whole file; "" if it is not there.
std::string text_of(const std::filesystem::path&);

}  // namespace stagger::testing
