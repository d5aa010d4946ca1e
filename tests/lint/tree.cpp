// SPDX-License-Identifier: Apache-2.0
#include "tests/lint/tree.hpp"

#include <algorithm>
#include <fstream>

namespace stagger::lint {

namespace fs = std::filesystem;

std::vector<fs::path> files_under(const std::string& folder,
                                  const std::vector<std::string>& endings) {
    std::vector<fs::path> found;
    const fs::path start = fs::path(STAGGER_ROOT) / folder;
    if (!fs::exists(start)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(start)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = entry.path().filename().string();
        if (std::any_of(endings.begin(), endings.end(),
                        [&](const std::string& ending) { return name.ends_with(ending); })) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<fs::path> sources() {
    std::vector<fs::path> all;
    for (const char* folder : {"harness", "plugins", "package", "examples", "tests", "bench"}) {
        const auto found = files_under(folder, {".cpp", ".hpp", ".c", ".h"});
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string place(const fs::path& file, std::size_t line) {
    std::string text = fs::relative(file, STAGGER_ROOT).string();
    if (line != 0) text += ":" + std::to_string(line);
    return text;
}

}  // namespace stagger::lint
