// SPDX-License-Identifier: Apache-2.0
//
// stagger-worker: the program that loads backends and runs tasks. Started by stagger, never by
// people; linked with the agent ahead of libc.
#include <cstdio>
#include <string_view>

#include "harness/worker/describe.hpp"
#include "harness/worker/host.hpp"

int main(int count, char** arguments) {
    const std::string_view mode = count > 1 ? arguments[1] : "";
    if (mode == "--host" && count == 2) return stagger::worker::run_host();
    if (mode == "--describe" && count == 3) return stagger::worker::describe_plugin(arguments[2]);
    std::fputs("stagger-worker is started by stagger; run `stagger --help` instead\n", stderr);
    return 64;
}
