// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/arguments/common_options.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "harness/base/symptoms.hpp"
#include "harness/cli/campaign/formats.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/meaning.hpp"

namespace stagger::cli {
namespace {

constexpr std::uint64_t kMostSchedules = 1'000'000'000'000;
constexpr std::uint64_t kMostJobs = 256;
constexpr std::uint64_t kMostReplays = 1'000'000;

Accept into(std::string& target) {
    return [&target](const std::string& text) -> Status {
        if (text.empty()) return Error{"it needs a value"};
        target = text;
        return Ok{};
    };
}

Accept into(std::vector<std::string>& target) {
    return [&target](const std::string& text) -> Status {
        if (text.empty()) return Error{"it needs a value"};
        target.push_back(text);
        return Ok{};
    };
}

Accept into(bool& target) {
    return [&target](const std::string&) -> Status {
        target = true;
        return Ok{};
    };
}

// Through one of the readers of options.hpp.
template <typename Target, typename Read>
Accept into(Target& target, Read read) {
    return [&target, read](const std::string& text) -> Status {
        STAGGER_TRY(target, read(text));
        return Ok{};
    };
}

// Target is a std::uint32_t, a std::uint64_t, or an optional one; `most` fits into it.
template <typename Target>
Accept number_into(Target& target, std::uint64_t least, std::uint64_t most) {
    return [&target, least, most](const std::string& text) -> Status {
        STAGGER_TRY(const std::uint64_t number, parse_number(text, least, most));
        if constexpr (std::is_integral_v<Target>) {
            target = static_cast<Target>(number);
        } else {
            target = static_cast<typename Target::value_type>(number);
        }
        return Ok{};
    };
}

}  // namespace

void add_paths(Usage& usage, Options& options) {
    usage.positionals.push_back(
        {"PATH", "Specs, or folders with specs below them; ./specs if none is given",
         into(options.paths), false, Times::Repeated});
}

void add_one_path(Usage& usage, Options& options, const std::string& name,
                  const std::string& help) {
    usage.positionals.push_back({name, help, into(options.paths), true});
}

void add_selection(Usage& usage, Options& options) {
    usage.options.push_back({"--backend", "B,...", "Only cases on these backends",
                             into(options.backends), Times::CommaSeparated});
    usage.options.push_back({"--filter", "GLOB",
                             "Only cases whose id matches, such as 'increment/*/locked=true'",
                             into(options.filter)});
}

void add_definitions(Usage& usage, Options& options) {
    const auto define = [&options](const std::string& text) -> Status {
        STAGGER_TRY(auto definition, spec::parse_definition(text));
        const std::string name = definition.first;
        if (!options.params.insert(std::move(definition)).second)
            return Error{fmt::format("{} is given twice", name)};
        return Ok{};
    };
    usage.options.push_back(
        {"-D,--define", "NAME=VALUE",
         "Only cases with this parameter; if there are none, one is made with it", define,
         Times::Repeated});
}

void add_expectation(Usage& usage, Options& options) {
    const auto expect = [&options](const std::string& text) -> Status {
        const bool other = options.expect && (text == "ok" || options.expect->empty());
        if (other) return Error{"ok and symptoms cannot both be expected"};
        if (!options.expect) options.expect.emplace();
        if (text == "ok") return Ok{};
        const std::vector<std::string> known(kSymptomNames.begin(), kSymptomNames.end());
        if (std::find(known.begin(), known.end(), text) == known.end()) {
            const std::string near = spec::nearest_name(text, known);
            return Error{fmt::format("\"{}\" is neither ok nor a symptom{}", text,
                                     near.empty() ? "" : "; did you mean " + near + "?")};
        }
        options.expect->push_back(text);
        return Ok{};
    };
    usage.options.push_back({"--expect", "S,...",
                             "Expect ok, or these symptoms, whatever the file says", expect,
                             Times::CommaSeparated});
}

void add_seed(Usage& usage, Options& options) {
    usage.options.push_back(
        {"--seed", "N", "Explore from this seed; without it, one is drawn and printed",
         number_into(options.seed, 0, std::numeric_limits<std::uint64_t>::max())});
}

void add_corpus(Usage& usage, Options& options, const std::string& help) {
    usage.options.push_back({"--corpus", "DIR", help, into(options.corpus)});
}

void add_exploration(Usage& usage, Options& options) {
    add_seed(usage, options);
    usage.options.push_back({"--schedules", "N", "Executions per case",
                             number_into(options.schedules, 1, kMostSchedules)});
    usage.options.push_back({"--time", "T", "Time per case: 30, 30s, 2m, 500ms",
                             into(options.seconds, parse_duration)});
    usage.options.push_back({"--strategy", "NAME",
                             "How to choose schedules (see `stagger list strategies`)",
                             [&options](const std::string& text) -> Status {
                                 options.strategy = text;
                                 return Ok{};
                             }});
    usage.options.push_back({"--depth", "N", "Depth of the bugs that strategies aim at",
                             number_into(options.depth, 1, spec::kMaxDepth)});
    usage.options.push_back({"--lifetime", "warm|fresh",
                             "Keep processes over executions, or fork them for each",
                             into(options.lifetime, parse_lifetime)});
    usage.options.push_back({"--mode", "controlled|free",
                             "One task at a time, or all at once with real delays",
                             into(options.mode, parse_mode)});
    usage.options.push_back({"--cpus", "1|all", "Free mode: all tasks on one core, or on all cores",
                             into(options.cpus, parse_cpus)});
}

void add_parallelism(Usage& usage, Options& options) {
    usage.options.push_back({"--jobs", "N", "Cases to run at a time; results do not depend on it",
                             number_into(options.jobs, 1, kMostJobs)});
    usage.options.push_back(
        {"--fail-fast", "", "Stop at the first case that fails", into(options.fail_fast)});
    usage.options.push_back({"--progress", "auto|bar|plain|none",
                             "A bar that is redrawn, a line per case, or nothing",
                             into(options.progress, parse_progress)});
}

void add_shard(Usage& usage, Options& options) {
    usage.options.push_back({"--shard", "I/N",
                             "Only part I of N of the cases; by default what the environment says",
                             into(options.shard, parse_shard)});
}

void add_fuzzing(Usage& usage, Options& options) {
    add_seed(usage, options);
    usage.options.push_back({"--schedules", "N", "Executions per case, all jobs together",
                             number_into(options.schedules, 1, kMostSchedules)});
    usage.options.push_back(
        {"--time", "T", "Time per case: 30, 30s, 2m, 8h", into(options.seconds, parse_duration)});
    usage.options.push_back({"--jobs", "N", "Processes that search side by side",
                             number_into(options.jobs, 1, kMostJobs)});
    add_corpus(usage, options,
               "Where inputs are kept, a folder per case (default: corpus in --out)");
    usage.options.push_back({"--feedback", "on|off",
                             "off: mutate blindly, to see what the feedback is worth",
                             [&options](const std::string& text) -> Status {
                                 if (text != "on" && text != "off") return Error{"it is on or off"};
                                 options.feedback = text == "on";
                                 return Ok{};
                             }});
    usage.options.push_back({"--lifetime", "warm|fresh",
                             "Keep processes over executions, or fork them for each",
                             into(options.lifetime, parse_lifetime)});
    usage.options.push_back(
        {"--fail-fast", "", "Stop at the first finding", into(options.fail_fast)});
    usage.options.push_back({"--progress", "auto|bar|plain|none",
                             "A status line that is redrawn, one now and then, or nothing",
                             into(options.progress, parse_progress)});
}

void add_json(Usage& usage, Options& options, const std::string& help) {
    usage.options.push_back({"--json", "FILE", help, into(options.json)});
}

void add_formats(Usage& usage, Options& options) {
    for (const Format& format : formats())
        usage.options.push_back({std::string(format.option), "FILE", std::string(format.help),
                                 into(options.*format.file)});
}

void add_results(Usage& usage, Options& options) {
    add_formats(usage, options);
    usage.options.push_back({"--html", "DIR",
                             "Write the results as a page for a browser, DIR/index.html",
                             into(options.html)});
    usage.options.push_back(
        {"--out", "DIR",
         "Where findings go, to be handed on (default: schedules only, to .stagger)",
         [&options](const std::string& text) {
             options.out_given = true;
             return into(options.out)(text);
         }});
}

void add_replaying(Usage& usage, Options& options) {
    usage.options.push_back({"--times", "N",
                             "Replays, each with fresh processes (default: 20, fewer of long ones)",
                             number_into(options.times, 1, kMostReplays)});
    usage.options.push_back(
        {"--minimize", "", "Look for a smaller schedule first", into(options.minimize)});
    usage.options.push_back({"--spec", "FILE",
                             "Replay on this spec, and not on the one that the schedule carries",
                             into(options.spec)});
    for (const ReplayFormat& format : replay_formats())
        usage.options.push_back({std::string(format.option), "FILE", std::string(format.help),
                                 into(options.*format.file)});
    usage.options.push_back(
        {"--step", "", "Walk through what happened, event by event", into(options.step)});
    usage.options.push_back({"--gdb", "TASK[@POINT]",
                             "Stop a task at one of its points, and look at it with gdb",
                             into(options.gdb)});
    usage.options.push_back({"--gdb-command", "COMMAND",
                             "What gdb should do there, instead of asking; may be repeated",
                             into(options.gdb_commands), Times::Repeated});
}

void add_surroundings(Usage& usage, Options& options) {
    usage.options.push_back({"--plugin", "PATH",
                             "A folder with more backends; also those of STAGGER_PLUGIN_PATH",
                             into(options.plugins), Times::Repeated});
    add_color(usage, options);
}

void add_color(Usage& usage, Options& options) {
    usage.options.push_back({"--color", "auto|always|never", "Whether to use colour",
                             into(options.color, parse_color)});
}

}  // namespace stagger::cli
