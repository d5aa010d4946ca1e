// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for, as plain data, and the readers of its values. Filled by the
// options of common_options.cpp and of each command; read by the commands. Knows no CLI11.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/base/value.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::cli {

enum class ProgressMode : std::uint8_t { Auto, Bar, Plain, None };
enum class ColorMode : std::uint8_t { Auto, Always, Never };

// What `stagger check` alone takes.
struct CheckOptions {
    std::string model;
    std::string consistency = "linearizable";
    std::string initial;  // as EDN; "" if none is given
    std::string key;
    bool ties_precede = false;
    std::uint32_t stale_versions = 0;
    double stale_seconds = 0;
    std::uint64_t memory_bytes = std::uint64_t{2} << 30;
};

// Part `number` of `count`, from 1, of the cases of a run.
struct Shard {
    std::uint32_t number = 1, count = 1;
};

struct Options {
    std::vector<std::string> paths;  // specs, folders of specs, or the schedule file
    std::string topic;               // of `list`, `new`, `explain`
    std::string name;                // of what `new` makes
    std::string folder = ".";        // where `new` makes it

    bool tables = false;   // of `schema`
    bool example = false;  // of `explain`
    bool strict = false;   // of `validate`

    std::vector<std::string> backends;
    std::map<std::string, Value> params;
    std::string filter;
    // Symptoms to expect of every case, whatever its file says; empty: that it holds.
    std::optional<std::vector<std::string>> expect;

    std::optional<std::uint64_t> seed, schedules;
    std::optional<double> seconds;
    std::optional<std::string> strategy;
    std::optional<std::uint32_t> depth;
    std::optional<spec::Lifetime> lifetime;
    std::optional<spec::Mode> mode;
    std::optional<std::string> cpus;
    std::uint32_t jobs = 1;
    std::optional<Shard> shard;
    bool fail_fast = false;
    bool watch = false;  // of `run`

    std::string corpus;    // fuzz: "" is a folder below `out`; gate: "" is the nearest to a spec
    bool feedback = true;  // fuzz

    std::string json, junit, tap, sarif;  // "" writes none, "-" is stdout
    std::string html;                     // a folder; "" writes no page
    std::string out = ".stagger";
    bool out_given = false;
    ProgressMode progress = ProgressMode::Auto;
    ColorMode color = ColorMode::Auto;
    std::vector<std::string> plugins;

    std::optional<std::uint32_t> times;  // replay
    bool minimize = false;
    std::string spec;  // replay against this spec instead of the one in the schedule

    std::string history;        // where replay writes what happened, for `stagger check`
    std::string trace, shiviz;  // and for people: for Perfetto, for ShiViz
    bool step = false;          // walk through it
    std::string gdb;            // look at a task with gdb: "worker[0]", "worker[0]@7"
    std::vector<std::string> gdb_commands;

    CheckOptions check;
};

// "30", "30s", "2m", "1h", "500ms", "1.5s": seconds, more than none.
Result<double> parse_duration(std::string_view text);

// "2G", "512M", "64K", "1000000": bytes, at least a mebibyte.
Result<std::uint64_t> parse_bytes(std::string_view text);

// A whole number in decimal, from `least` to `most`.
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);

// "2/5": the second of five.
Result<Shard> parse_shard(std::string_view text);

Result<ProgressMode> parse_progress(std::string_view text);
Result<ColorMode> parse_color(std::string_view text);
Result<spec::Lifetime> parse_lifetime(std::string_view text);
Result<spec::Mode> parse_mode(std::string_view text);
Result<std::string> parse_cpus(std::string_view text);

}  // namespace stagger::cli
