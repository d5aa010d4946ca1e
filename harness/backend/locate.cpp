// SPDX-License-Identifier: Apache-2.0
#include "harness/backend/locate.hpp"

#include <filesystem>
#include <set>

namespace stagger::backend {

namespace files = std::filesystem;

std::optional<std::string> locate(const std::string& name,
                                  const std::vector<std::string>& folders) {
    std::error_code ignored;
    for (const std::string& folder : folders) {
        const files::path given = folder;
        if (given.extension() == ".so" && given.stem() == name && files::exists(given, ignored)) {
            return given.string();
        }
        const files::path path = given / (name + ".so");
        if (files::exists(path, ignored)) return path.string();
    }
    return std::nullopt;
}

std::vector<std::string> names_in(const std::vector<std::string>& folders) {
    std::set<std::string> names;
    for (const std::string& folder : folders) {
        if (files::path(folder).extension() == ".so") names.insert(files::path(folder).stem());
        std::error_code error;
        for (const auto& entry : files::directory_iterator(folder, error)) {
            if (entry.path().extension() == ".so") names.insert(entry.path().stem());
        }
    }
    return {names.begin(), names.end()};
}

}  // namespace stagger::backend
