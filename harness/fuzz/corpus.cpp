// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/corpus.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/control/key.hpp"
#include "harness/fuzz/genome.hpp"

namespace stagger::fuzz {
namespace {

namespace fs = std::filesystem;

// ".half-1234-0123456789abcdef.genome", by the process that writes it.
constexpr std::string_view kHalf = ".half-";

bool is_entry(const fs::path& path) {
    return path.extension() == kEntrySuffix && !path.filename().string().starts_with('.');
}

void remove_if_orphaned(const fs::path& path) {
    const std::string name = path.filename().string();
    if (!name.starts_with(kHalf)) return;
    const int writer = std::atoi(name.c_str() + kHalf.size());
    std::error_code ignored;
    if (writer > 0 && kill(writer, 0) != 0 && errno == ESRCH) fs::remove(path, ignored);
}

}  // namespace

std::string entry_name(std::span<const std::uint8_t> genome) {
    std::uint64_t hash = genome.size();
    for (const std::uint8_t byte : genome) hash = control::mix(hash, byte);
    return fmt::format("{:016x}{}", hash, kEntrySuffix);
}

Status write_entry(const std::string& folder, const std::string& name,
                   std::span<const std::uint8_t> bytes) {
    const fs::path whole = fs::path(folder) / name;
    const fs::path half = fs::path(folder) / fmt::format("{}{}-{}", kHalf, getpid(), name);
    std::ofstream file(half, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code error;
    if (file) fs::rename(half, whole, error);
    if (file && !error) return Ok{};
    const std::string why = error ? error.message() : std::strerror(errno);
    fs::remove(half, error);
    return Error{fmt::format("{} cannot be written: {}", whole.string(), why)};
}

Bytes read_entry(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.size() > kMaxGenomeBytes) bytes.clear();
    return bytes;
}

Result<Corpus> Corpus::open(const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        return Error{fmt::format("the corpus {} cannot be made: {}", folder, error.message())};
    }
    for (const auto& entry : fs::directory_iterator(folder, error))
        remove_if_orphaned(entry.path());
    if (error) {
        return Error{fmt::format("the corpus {} cannot be read: {}", folder, error.message())};
    }
    return Corpus(folder);
}

Status Corpus::add(std::span<const std::uint8_t> genome) {
    const std::string name = entry_name(genome);
    if (!known_.insert(name).second) return Ok{};
    std::error_code ignored;
    if (fs::exists(fs::path(folder_) / name, ignored)) return Ok{};
    return write_entry(folder_, name, genome);
}

std::vector<Bytes> Corpus::news() {
    std::set<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        std::error_code ignored;
        if (is_entry(entry.path()) && entry.is_regular_file(ignored))
            found.insert(entry.path().filename().string());
    }
    std::vector<Bytes> entries;
    for (const std::string& name : found) {
        if (!known_.insert(name).second) continue;
        Bytes bytes = read_entry((fs::path(folder_) / name).string());
        if (!bytes.empty()) entries.push_back(std::move(bytes));
    }
    return entries;
}

}  // namespace stagger::fuzz
