// SPDX-License-Identifier: Apache-2.0
#include "bench/installation.hpp"

#include <filesystem>

namespace stagger::bench {

engine::CampaignOptions installed() {
    engine::CampaignOptions options;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    options.worker_path = (folder / "stagger-worker").string();
    options.plugin_paths = {(folder.parent_path() / "plugins").string()};
    options.seed = 1;
    return options;
}

}  // namespace stagger::bench
