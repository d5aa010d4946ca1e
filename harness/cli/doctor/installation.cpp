// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/debugger/tracing.hpp"
#include "harness/cli/doctor/probe.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAgent = "libstagger_agent.so";

Probe worker(const std::string& path) {
    if (access(path.c_str(), X_OK) == 0) return {"worker", Health::Good, path, "", ""};
    return {"worker", Health::Bad, fmt::format("{} is not there, or is no program", path),
            "nothing can run", "install Stagger again, or build all of it"};
}

// In front of libc in the worker, and preloaded into programs.
Probe agent(const std::string& worker) {
    const std::string path = (fs::path(worker).parent_path() / kAgent).string();
    if (access(path.c_str(), R_OK) == 0)
        return {"agent, in front of libc", Health::Good, path, "", ""};
    return {"agent, in front of libc", Health::Bad, fmt::format("{} is not there", path),
            "nothing can run", "install Stagger again, or build all of it"};
}

// A section's name is in the file if the section is.
bool has_debug_information(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return content.find(".debug_info") != std::string::npos;
}

Probe debug_information(const engine::CampaignOptions& campaign) {
    std::size_t with = 0, all = 0;
    for (const std::string& folder : campaign.plugin_paths) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (entry.path().extension() != ".so") continue;
            ++all;
            with += has_debug_information(entry.path()) ? 1 : 0;
        }
    }
    Probe probe{"debug information", Health::Good,
                fmt::format("in {} of {}", with, report::counted(all, "backend")), "", ""};
    if (with == 0) {
        probe.means = "debuggers show functions, and no lines; nothing else needs it";
        probe.remedy = "compile your backend with -g";
    }
    return probe;
}

Probe backends(const engine::CampaignOptions& campaign) {
    const std::size_t count = engine::backend_names(campaign).size();
    if (count > 0) return {"backends", Health::Good, std::to_string(count), "", ""};
    return {
        "backends", Health::Bad, fmt::format("none in {}", fmt::join(campaign.plugin_paths, ", ")),
        "there is nothing to run a case on", "install Stagger again, or give --plugin a folder"};
}

Probe debugger() {
    if (const auto path = find_gdb()) return {"gdb", Health::Good, *path, "", ""};
    return {"gdb", Health::Less, "not in PATH", "`replay --gdb` does not work; all else does",
            "apt-get install gdb"};
}

}  // namespace

std::vector<Probe> probe_installation(const engine::CampaignOptions& campaign) {
    // A program without it is not built.
    return {worker(campaign.worker_path),
            agent(campaign.worker_path),
            backends(campaign),
            debug_information(campaign),
            debugger(),
            {"libFuzzer", Health::Good, "built in", "", ""}};
}

}  // namespace stagger::cli
