// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/github.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/report/formats/github.hpp"

namespace stagger::cli {
namespace {

// The file is the job's: other steps may have written into it.
void append(const char* path, const std::string& text, Console& console) {
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const bool written = file >= 0 && write_all(file, text);
    const int why = errno;
    if (file >= 0) close(file);
    if (!written)
        console.error(fmt::format("the summary for GitHub, {}, could not be written: {}.", path,
                                  std::strerror(why)));
}

}  // namespace

void tell_github(const report::Results& results, Console& console) {
    const char* actions = std::getenv("GITHUB_ACTIONS");
    if (actions == nullptr || std::string_view(actions) != "true") return;
    console.print(report::github_annotations(results));
    const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
    if (summary != nullptr && *summary != '\0')
        append(summary, report::github_summary(results), console);
}

}  // namespace stagger::cli
