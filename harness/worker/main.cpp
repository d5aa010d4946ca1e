// SPDX-License-Identifier: Apache-2.0
//
// stagger-worker: the program that loads backends and runs tasks. Started by stagger, never by
// people; linked with the agent ahead of libc.
#include <sys/personality.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "harness/worker/describe.hpp"
#include "harness/worker/host.hpp"

namespace {

// Addresses are inputs that differ from run to run: they name what threads of one process share,
// and programs hash and compare them. So this program starts once more, without address space
// layout randomisation (personality(2)). Where a container forbids it, all goes on as it is.
void fix_addresses(char** arguments) {
    constexpr unsigned long kAsk = 0xFFFFFFFF;
    const int now = personality(kAsk);
    if (now < 0 || (now & ADDR_NO_RANDOMIZE) != 0) return;
    if (personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE) < 0) return;
    if ((personality(kAsk) & ADDR_NO_RANDOMIZE) == 0) return;
    execv("/proc/self/exe", arguments);
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view mode = count > 1 ? arguments[1] : "";
    if (mode == "--host" && count == 2) {
        fix_addresses(arguments);
        return stagger::worker::run_host();
    }
    if (mode == "--describe" && count == 3) return stagger::worker::describe_plugin(arguments[2]);
    std::fputs("stagger-worker is started by stagger; run `stagger --help` instead\n", stderr);
    return 64;
}
