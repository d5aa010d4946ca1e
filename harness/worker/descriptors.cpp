// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/descriptors.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

namespace stagger::worker {
namespace {

constexpr std::string_view kFolder = "/proc/self/fd";

// "pipe:[4711]" without its number, which differs from run to run.
std::string kind_of(const std::string& entry) {
    std::array<char, PATH_MAX> target;
    const ssize_t size =
        readlink(fmt::format("{}/{}", kFolder, entry).c_str(), target.data(), target.size());
    if (size <= 0) return "something";
    const std::string_view name(target.data(), static_cast<std::size_t>(size));
    if (name.front() == '/') return std::string(name);
    const std::string_view kind = name.substr(0, name.find(':'));
    if (kind == "anon_inode") return std::string(name.substr(kind.size() + 1));
    return fmt::format("a {}", kind);
}

std::optional<int> number_in(std::string_view entry) {
    int number = 0;
    const auto end = std::from_chars(entry.data(), entry.data() + entry.size(), number);
    return end.ec == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

Descriptors open_descriptors() {
    Descriptors result;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(kFolder.data()), closedir);
    if (folder == nullptr) return result;
    while (const dirent* entry = readdir(folder.get())) {
        const auto number = number_in(entry->d_name);
        if (number && *number != dirfd(folder.get()))
            result.emplace(*number, kind_of(entry->d_name));
    }
    return result;
}

std::vector<std::string> close_new_descriptors(const Descriptors& before) {
    std::map<std::string, int> left;
    for (const auto& [number, kind] : open_descriptors()) {
        if (before.contains(number)) continue;
        close(number);
        ++left[kind];
    }
    std::vector<std::string> result;
    for (const auto& [kind, count] : left)
        result.push_back(count == 1 ? fmt::format("an open descriptor of {}", kind)
                                    : fmt::format("{} open descriptors of {}", count, kind));
    return result;
}

}  // namespace stagger::worker
