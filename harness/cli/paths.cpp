// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/console.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultSpecs = "specs";
constexpr const char* kWorker = "stagger-worker";

Result<std::vector<std::string>> specs_below(const std::string& folder) {
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code ignored;
        if (entry->path().extension() == ".toml" && !entry->is_directory(ignored))
            found.push_back(entry->path().lexically_normal().string());
    }
    if (error) {
        return Error{fmt::format("the folder {} cannot be read: {}.", folder, error.message())};
    }
    std::sort(found.begin(), found.end());
    return found;
}

// 0, or the errno that says why not.
int write_to(const std::string& path, int flags, std::string_view text) {
    const int file = open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666);
    if (file < 0) return errno;
    int why = write_all(file, text) ? 0 : errno;
    if (close(file) != 0 && why == 0) why = errno;
    return why;
}

// Where a link leads to, which stays a link.
std::string followed(const std::string& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    const fs::path target = fs::canonical(path, error);
    return error ? path : target.string();
}

std::string part_of(const std::string& path) {
    return fmt::format("{}.{}.part", path, getpid());
}

bool is_shared_library(const fs::path& path) {
    constexpr std::string_view kMagic = "\177ELF";  // elf(5)
    std::string begin(kMagic.size(), '\0');
    std::ifstream(path, std::ios::binary).read(begin.data(), std::ssize(begin));
    return path.extension() == ".so" && begin == kMagic;
}

// A program that was built stands beside its worker, with the backends in ../plugins.
bool is_in_build_tree(const fs::path& program_folder) {
    std::error_code error;
    return fs::exists(program_folder / kWorker, error);
}

fs::path support_folder(const fs::path& program_folder) {
    return (program_folder / STAGGER_SUPPORT_FROM_PROGRAM).lexically_normal();
}

Status written_or(int why, const std::string& path) {
    if (why == 0) return Ok{};
    return Error{fmt::format("{} cannot be written: {}.", path, std::strerror(why))};
}

}  // namespace

std::string program_folder() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? "." : program.parent_path().string();
}

std::string worker_path(const std::string& program_folder) {
    if (is_in_build_tree(program_folder)) return (fs::path(program_folder) / kWorker).string();
    return (support_folder(program_folder) / kWorker).string();
}

std::string plugins_beside(const std::string& program_folder) {
    const fs::path above = is_in_build_tree(program_folder) ? fs::path(program_folder) / ".."
                                                            : support_folder(program_folder);
    return (above / "plugins").lexically_normal().string();
}

Result<std::vector<std::string>> plugin_folders(const std::string& program_folder,
                                                const std::vector<std::string>& asked,
                                                const char* environment) {
    std::vector<std::string> folders{plugins_beside(program_folder)};
    for (const std::string& path : asked) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status))
            return Error{fmt::format("--plugin {}: there is no such file or folder.", path)};
        if (!fs::is_directory(status) && !is_shared_library(path))
            return Error{fmt::format(
                "--plugin {}: this is no plugin, which is a shared library that ends in .so.",
                path)};
        const fs::path parent = fs::path(path).parent_path();
        folders.push_back(fs::is_directory(status) ? path : parent.empty() ? "." : parent.string());
    }
    std::string_view rest = environment == nullptr ? "" : environment;
    while (!rest.empty()) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        if (!folder.empty()) folders.emplace_back(folder);
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    }
    return folders;
}

std::optional<std::pair<std::string, std::string>> rival_plugins(
    const std::vector<std::string>& folders) {
    std::map<std::string, fs::path> first;  // of each name
    for (const std::string& folder : folders) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (entry.path().extension() != ".so") continue;
            const auto [known, is_new] = first.emplace(entry.path().filename(), entry.path());
            std::error_code unknown;
            if (!is_new && !fs::equivalent(known->second, entry.path(), unknown) && !unknown)
                return std::pair(known->second.string(), entry.path().string());
        }
    }
    return std::nullopt;
}

Result<std::vector<std::string>> find_specs(const std::vector<std::string>& paths) {
    const std::vector<std::string> defaults{kDefaultSpecs};
    std::vector<std::string> specs;
    for (const std::string& path : paths.empty() ? defaults : paths) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status)) {
            const std::string hint =
                paths.empty() ? " Name the specs, or run this where a folder `specs` is." : "";
            return Error{fmt::format("{}: there is no such file or folder.{}", path, hint)};
        }
        if (fs::is_directory(status)) {
            STAGGER_TRY(const std::vector<std::string> below, specs_below(path));
            specs.insert(specs.end(), below.begin(), below.end());
        } else {
            specs.push_back(path);
        }
    }
    std::set<std::string> seen;
    std::erase_if(specs, [&](const std::string& spec) {
        return !seen.insert(fs::path(spec).lexically_normal().string()).second;
    });
    return specs;
}

Status prepare_folder(const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && !fs::is_directory(folder, error))
        error = std::make_error_code(std::errc::not_a_directory);
    if (!error && access(folder.c_str(), W_OK | X_OK) != 0)
        error = std::error_code(errno, std::generic_category());
    if (!error) return Ok{};
    return Error{fmt::format("the folder {} cannot be used: {}.", folder, error.message())};
}

bool is_replaced(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    return !fs::exists(status) || fs::is_regular_file(status);
}

Status check_own(const std::string& path, std::string_view mark) {
    std::string begin(mark.size(), '\0');
    std::ifstream file(path, std::ios::binary);
    if (!file) return Ok{};
    file.read(begin.data(), std::ssize(begin));
    if (file.gcount() == 0 || begin == mark) return Ok{};
    return Error{
        fmt::format("{} is there already, and was not written by Stagger: choose another "
                    "folder.",
                    path)};
}

Status check_writable(const std::string& path) {
    int why = 0;
    if (is_replaced(path)) {
        const std::string target = part_of(followed(path));
        why = write_to(target, O_CREAT | O_TRUNC, "");
        if (why == 0) unlink(target.c_str());
    } else if (std::error_code error; fs::is_directory(path, error)) {
        why = EISDIR;
    } else if (access(path.c_str(), W_OK) != 0) {
        why = errno;
    }
    return written_or(why, path);
}

Status write_file(const std::string& path, std::string_view text) {
    const bool replace = is_replaced(path);
    const std::string file = followed(path);
    const std::string target = replace ? part_of(file) : file;
    int why = write_to(target, replace ? O_CREAT | O_TRUNC : 0, text);
    if (replace && why == 0 && rename(target.c_str(), file.c_str()) != 0) why = errno;
    if (replace && why != 0) unlink(target.c_str());
    return written_or(why, path);
}

}  // namespace stagger::cli
