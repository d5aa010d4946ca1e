// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/driver.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "harness/fuzz/genome.hpp"

// compiler-rt's, from libclang_rt.fuzzer_no_main.
extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv,
                                   int (*execute)(const std::uint8_t*, std::size_t));

namespace stagger::fuzz {
namespace {

int execute(const std::uint8_t* data, std::size_t size) {
    fuzzed()->execute({data, size});
    return 0;
}

std::vector<std::string> arguments(std::uint32_t seed, std::uint32_t depth) {
    std::vector<std::string> all{"stagger"};
    // Its crashes are those of our workers' controller, never of what is tested.
    for (const char* signal :
         {"segv", "bus", "abrt", "ill", "fpe", "int", "term", "xfsz", "usr1", "usr2"}) {
        all.push_back(std::string("-handle_") + signal + "=0");
    }
    for (const char* other :
         {"-timeout=0", "-rss_limit_mb=0", "-malloc_limit_mb=0", "-detect_leaks=0",
          "-len_control=0", "-verbosity=0", "-reload=0", "-report_slow_units=1000000"}) {
        all.emplace_back(other);
    }
    all.push_back("-max_len=" + std::to_string(kMaxGenomeBytes));
    all.push_back("-mutate_depth=" + std::to_string(depth));
    // It takes 0 for "draw one".
    all.push_back("-seed=" + std::to_string(std::max(seed, 1u)));
    return all;
}

}  // namespace

void run_libfuzzer(Fuzzed& program, std::uint32_t seed, std::uint32_t depth) {
    set_fuzzed(&program);
    std::vector<std::string> words = arguments(seed, depth);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    int count = static_cast<int>(pointers.size());
    pointers.push_back(nullptr);
    char** values = pointers.data();
    LLVMFuzzerRunDriver(&count, &values, execute);
}

}  // namespace stagger::fuzz
