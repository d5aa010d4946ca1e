// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/shards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "harness/fuzz/corpus.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::fuzz {
namespace {

namespace fs = std::filesystem;

bool is_input(const fs::path& path) {
    return path.extension() == kEntrySuffix;
}

bool is_schedule(const fs::path& path) {
    return path.extension() == ".schedule";
}

bool is_inside(const fs::path& path, const fs::path& folder) {
    std::error_code error;
    const fs::path way = fs::proximate(path, folder, error);
    return !error && !way.empty() && *way.begin() != "..";
}

// Inputs and schedules below the folder, sorted; not what is half written.
Result<std::vector<fs::path>> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const fs::path& path = at->path();
        const bool hidden = path.filename().string().starts_with('.');
        if (hidden || !(is_input(path) || is_schedule(path))) continue;
        files.push_back(path);
    }
    if (error) {
        return Error{fmt::format("{} cannot be read: {}", folder.string(), error.message())};
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<Bytes> read_bytes(const fs::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.is_open() && !file.bad()) return bytes;
    return Error{fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno))};
}

// "increment_shm-lost-update-0123abcd": a campaign's name, the same for the same bug. Others are
// numbered, and the same name may stand for two.
bool names_its_bug(const fs::path& schedule) {
    constexpr std::size_t kDigits = 8;
    const std::string stem = schedule.stem().string();
    if (stem.size() <= kDigits || stem[stem.size() - kDigits - 1] != '-') return false;
    return std::all_of(stem.end() - kDigits, stem.end(),
                       [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// Where a file of that content goes; nothing if it is there.
Result<std::optional<fs::path>> place_for(const fs::path& wanted, const Bytes& bytes) {
    fs::path place = wanted;
    std::error_code error;
    for (int number = 2; fs::exists(place, error); ++number) {
        if (is_input(wanted) || names_its_bug(wanted)) return std::optional<fs::path>{};
        STAGGER_TRY(const Bytes there, read_bytes(place));
        if (there == bytes) return std::optional<fs::path>{};
        place = wanted.parent_path() /
                fmt::format("{}-{}{}", wanted.stem().string(), number, wanted.extension().string());
    }
    return std::optional<fs::path>{place};
}

// True if it was not there before.
Result<bool> copy_file_to(const fs::path& from, const fs::path& wanted) {
    STAGGER_TRY(const Bytes bytes, read_bytes(from));
    STAGGER_TRY(const std::optional<fs::path> place, place_for(wanted, bytes));
    if (!place) return false;
    std::error_code error;
    fs::create_directories(place->parent_path(), error);
    STAGGER_TRY([[maybe_unused]] Ok written,
                write_entry(place->parent_path().string(), place->filename().string(), bytes));
    return true;
}

std::string sentence(const schedule::Decision& decision) {
    const std::string at = fmt::format("{} at `{}`", decision.task, decision.label);
    switch (decision.choice) {
        case schedule::Choice::Run:
            return fmt::format("holds {}, for {}", at, decision.target);
        case schedule::Choice::Wake:
            return fmt::format("wakes {}: {}", decision.target, at);
        case schedule::Choice::Fault:
            return fmt::format("strikes {}: {}", at, decision.target);
        case schedule::Choice::Input:
            return fmt::format("gives {} the input {}", at, decision.value);
    }
    return at;
}

StoredFinding read_finding(const fs::path& path) {
    StoredFinding finding;
    finding.path = path.string();
    const auto file = schedule::read_file(finding.path);
    if (!file) {
        finding.problem = file.error().message;
        return finding;
    }
    finding.case_id = file->case_id;
    finding.symptoms = file->symptoms;
    for (const schedule::Decision& decision : file->schedule.decisions)
        finding.decisions.push_back(sentence(decision));
    return finding;
}

// The same for the same input of a case, and for the same finding.
Result<std::string> name_of(const fs::path& file) {
    const std::string name = file.filename().string();
    if (is_input(file)) return file.parent_path().filename().string() + "/" + name;
    if (names_its_bug(file)) return name;
    STAGGER_TRY(const Bytes bytes, read_bytes(file));
    return name + "/" + std::string(bytes.begin(), bytes.end());
}

}  // namespace

Result<Merged> merge(const std::vector<std::string>& from, const std::string& to) {
    Merged merged;
    std::error_code error;
    fs::create_directories(to, error);
    if (error) return Error{fmt::format("{} cannot be made: {}", to, error.message())};
    for (const std::string& source : from) {
        STAGGER_TRY(const std::vector<fs::path> files, files_below(source));
        for (const fs::path& file : files) {
            if (is_inside(file, to)) continue;
            STAGGER_TRY(const bool copied,
                        copy_file_to(file, to / file.lexically_relative(source)));
            if (copied) ++(is_input(file) ? merged.inputs : merged.findings);
        }
    }
    return merged;
}

Result<Holdings> survey(const std::string& folder) {
    STAGGER_TRY(const std::vector<fs::path> files, files_below(folder));
    Holdings holdings;
    std::set<std::string> names;
    for (const fs::path& file : files) {
        STAGGER_TRY(const std::string name, name_of(file));
        if (!names.insert(name).second) continue;
        if (is_input(file)) {
            ++holdings.inputs;
        } else {
            holdings.findings.push_back(read_finding(file));
        }
    }
    return holdings;
}

}  // namespace stagger::fuzz
