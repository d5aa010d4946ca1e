// SPDX-License-Identifier: Apache-2.0
//
// A folder of genomes: one file each, named by its content, written aside and then renamed, so
// that several campaigns may share it and none ever sees half an entry. Used by the jobs of a
// campaign, each with an object of its own, and by `stagger corpus`.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::fuzz {

inline constexpr std::string_view kEntrySuffix = ".genome";

using Bytes = std::vector<std::uint8_t>;

class Corpus {
public:
    // Makes the folder where it is not there, and removes what writers that died left half done.
    static Result<Corpus> open(const std::string& folder);

    // Nothing happens if it is there already.
    Status add(std::span<const std::uint8_t> genome);
    // What others have added since the last call, or is there at the first, sorted by name.
    std::vector<Bytes> news();

private:
    explicit Corpus(std::string folder) : folder_(std::move(folder)) {}

    std::string folder_;
    std::set<std::string> known_;
};

// "0123456789abcdef.genome"
std::string entry_name(std::span<const std::uint8_t> genome);

// Whole, or nothing: written aside, then renamed.
Status write_entry(const std::string& folder, const std::string& name,
                   std::span<const std::uint8_t> bytes);

// Nothing where the file is gone or too long to be one.
Bytes read_entry(const std::string& path);

}  // namespace stagger::fuzz
