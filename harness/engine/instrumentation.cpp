// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/instrumentation.hpp"

#include <fmt/format.h>

#include <fstream>
#include <set>

#include "harness/backend/locate.hpp"

namespace stagger::engine {
namespace {

// Compilers leave the names of the calls they emit in the file.
bool is_instrumented(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>()};
    return content.find("__tsan_") != std::string::npos;
}

}  // namespace

std::vector<std::string> out_of_sight_backends(const backend::Layout& layout,
                                               const CampaignOptions& options) {
    std::set<std::string> backends;
    for (const history::Object& object : layout.objects) backends.insert(object.backend);
    std::vector<std::string> out_of_sight;
    for (const std::string& name : backends) {
        const auto path = backend::locate(name, options.plugin_paths);
        if (!path || is_instrumented(*path)) continue;
        out_of_sight.push_back(
            fmt::format("backend {}: its accesses to shared memory, since it was compiled without "
                        "-fsanitize=thread",
                        name));
    }
    return out_of_sight;
}

}  // namespace stagger::engine
