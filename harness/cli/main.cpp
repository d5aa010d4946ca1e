// SPDX-License-Identifier: Apache-2.0
//
// The `stagger` program. Only this file exits.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <unistd.h>

#include "harness/cli/arguments/usage.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/formats.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/console.hpp"
#include "harness/cli/signals.hpp"

namespace {

int run(const std::vector<std::string>& arguments) {
    using namespace stagger::cli;
    Options options;
    const Parsed parsed = parse_arguments(arguments, commands(), STAGGER_VERSION, options);
    if (parsed.command == nullptr) {
        write_all(parsed.text_is_error ? STDERR_FILENO : STDOUT_FILENO, parsed.text);
        return parsed.exit_code;
    }
    Console console(options);
    if (const stagger::Status kept = check_what_is_replaced(options); !kept) {
        console.error(kept.error().message);
        return kUsage;
    }
    const int code = parsed.command->run(options, console);
    const stagger::Status complete = console.complete();
    if (complete) return code;
    console.error(complete.error().message);
    return worse(code, kBroken);
}

}  // namespace

int main(int argc, char** argv) {
    stagger::cli::install_signal_handlers();
    try {
        return run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& error) {
        // Nothing of ours throws, so memory ran out, or a library did what it should not.
        std::fprintf(stderr, "stagger: stopped by an internal error: %s\n", error.what());
        return stagger::cli::kBroken;
    }
}
