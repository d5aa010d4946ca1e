// SPDX-License-Identifier: Apache-2.0
//
// stagger-manual: writes the man page and the completions into a folder, while Stagger is built. It
// is not installed.
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/format.h>

#include "harness/cli/commands/commands.hpp"
#include "harness/cli/manual/manual.hpp"
#include "harness/cli/paths.hpp"

namespace {

int write_all(const std::string& folder) {
    using namespace stagger::cli;
    const Manual manual = manual_of(commands(), STAGGER_VERSION);
    const std::pair<const char*, std::string> files[] = {
        {"stagger.1", man_page(manual)},
        {"stagger.bash", bash_completion(manual)},
        {"_stagger", zsh_completion(manual)},
        {"stagger.fish", fish_completion(manual)},
    };
    for (const auto& [name, text] : files) {
        const stagger::Status written = write_file(folder + "/" + name, text);
        if (written) continue;
        std::fprintf(stderr, "stagger-manual: %s\n", written.error().message.c_str());
        return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: stagger-manual FOLDER\n", stderr);
        return 64;
    }
    try {
        return write_all(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stagger-manual: %s\n", error.what());
        return 1;
    }
}
