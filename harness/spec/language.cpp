// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/language.hpp"

#include <algorithm>

#include "harness/base/check.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::spec {
namespace {

constexpr std::uint64_t kMaxRepeat = 1'000'000'000;
constexpr std::uint64_t kMaxLimit = 1'000'000'000;
constexpr std::uint64_t kMaxCapacity = 1'000'000;
constexpr std::uint64_t kMaxValueSize = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostStrikes = 16;

constexpr KeyInfo kFile[] = {
    {.name = "name",
     .takes = Takes::Name,
     .summary = "the scenario's name; first part of every case's id",
     .required = true},
    {.name = "summary", .takes = Takes::Text, .summary = "one sentence for whoever reads a report"},
    {.name = "params",
     .takes = Takes::Params,
     .summary =
         "parameters and their defaults: literal data, used in expressions, changed by cases"},
    {.name = "objects", .takes = Takes::Objects, .summary = "what the processes share"},
    {.name = "process",
     .takes = Takes::Roles,
     .summary = "who does what: a table `[process.ROLE]` for each role",
     .required = true},
    {.name = "expect",
     .takes = Takes::Expect,
     .summary = "what must hold, besides what always must"},
    {.name = "explore", .takes = Takes::Explore, .summary = "how long and how to search"},
    {.name = "options", .takes = Takes::Options, .summary = "options of backends, for all cases"},
    {.name = "faults",
     .takes = Takes::Faults,
     .summary = "what may strike whom: see [faults.md](faults.md)"},
    {.name = "case",
     .takes = Takes::Cases,
     .summary = "what to run: backend, parameters, options, and what is expected",
     .otherwise = "one per built-in backend"},
};

constexpr KeyInfo kObject[] = {
    {.name = "type",
     .takes = Takes::ObjectType,
     .summary = "see the table below",
     .required = true},
    {.name = "initial",
     .takes = Takes::Initial,
     .summary = "literal: any value for a register, a list for a list or a queue, a table for a "
                "map, a number for a semaphore, a boolean for an event",
     .otherwise = "empty, 0, or nothing"},
    {.name = "capacity",
     .takes = Takes::Count,
     .summary = "of a queue: most values it holds; of a topic: most values it holds for each "
                "subscriber (its high-water mark); of a stream: bytes; of a barrier: how many must "
                "arrive",
     .otherwise = "the backend's; a barrier needs it",
     .least = 1,
     .most = kMaxCapacity},
    {.name = "size",
     .takes = Takes::Count,
     .summary = "bytes per value on the wire, padded with a checked pattern",
     .otherwise = "as encoded",
     .least = 1,
     .most = kMaxValueSize},
    {.name = "count",
     .takes = Takes::Count,
     .summary = "an array of them: `fork[0]`, `fork[1]`, ...; steps index it with an expression: "
                "`{ lock = \"fork[self]\" }`",
     .otherwise = "a single one",
     .least = 1,
     .most = kMaxObjects},
};

constexpr KeyInfo kRole[] = {
    {.name = "count",
     .takes = Takes::CountOrParam,
     .summary = "operating-system processes of this role; or the name of a parameter that says how "
                "many",
     .otherwise = "1",
     .least = 1,
     .most = kMaxTasks},
    {.name = "threads",
     .takes = Takes::Count,
     .summary = "threads in each of them",
     .otherwise = "1",
     .least = 1,
     .most = kMaxTasks},
    {.name = "repeat",
     .takes = Takes::Count,
     .summary = "how often the steps run",
     .otherwise = "1",
     .least = 1,
     .most = kMaxRepeat},
    {.name = "daemon",
     .takes = Takes::Boolean,
     .summary = "`true`: it may still wait when the rest have ended; it is stopped, not stuck",
     .otherwise = "false"},
    {.name = "steps", .takes = Takes::Steps, .summary = "what it does", .required = true},
};

constexpr KeyInfo kExpect[] = {
    {.name = "final",
     .takes = Takes::Truths,
     .summary =
         "expressions that must be true after all have ended, over the objects as the parent "
         "sees them and the tasks' variables: `\"n == 102\"`, `\"worker[0].x == 101\"`; of "
         "threads `worker[0][1].x`; of a role of one process also `worker.x`. A mutex, a "
         "condition and a barrier hold nothing to look at"},
    {.name = "visible",
     .takes = Takes::Visible,
     .summary = "`{ n = 10 }`: a completed write is seen by every read that begins at least that "
                "many seconds later"},
    {.name = "observe",
     .takes = Takes::Expressions,
     .summary = "values to look at in the end, `[\"p0.r\", \"p1.r\"]`; linearizability is then not "
                "judged"},
    {.name = "outcomes",
     .takes = Takes::Outcomes,
     .summary =
         "what these may be: `{ \"0,1\" = \"acceptable\", \"1,1\" = \"interesting\" }`, with "
         "as many values as are observed and nothing but commas between; one that is not "
         "listed is forbidden",
     .choices = "acceptable|interesting|forbidden"},
    {.name = "allow",
     .takes = Takes::Symptoms,
     .summary = "symptoms that are dropped before judging"},
};

constexpr KeyInfo kExplore[] = {
    {.name = "schedules",
     .takes = Takes::Count,
     .summary = "how many to try",
     .otherwise = "1000",
     .least = 1},
    {.name = "time", .takes = Takes::Seconds, .summary = "seconds to try for, more than 0"},
    {.name = "strategy",
     .takes = Takes::Strategy,
     .summary = "how to choose schedules: see `stagger list strategies`",
     .otherwise = "\"portfolio\""},
    {.name = "depth",
     .takes = Takes::Count,
     .summary = "how many preemptions a bug may need, for `pct` and `delay`",
     .least = 1,
     .most = kMaxDepth},
    {.name = "mode",
     .takes = Takes::Choice,
     .summary = "one task at a time, or all at once with real delays",
     .otherwise = "\"controlled\"",
     .choices = "controlled|free"},
    {.name = "cpus",
     .takes = Takes::Cpus,
     .summary = "free mode only: all tasks on one core, or on all cores",
     .otherwise = "1"},
    {.name = "lifetime",
     .takes = Takes::Choice,
     .summary = "workers are kept and reset between executions, or forked for each",
     .otherwise = "\"warm\"; \"fresh\" with actors",
     .choices = "warm|fresh"},
    {.name = "step_limit",
     .takes = Takes::Count,
     .summary = "points of one execution before it is a `livelock`",
     .otherwise = "1000000",
     .least = 1},
    {.name = "servers",
     .takes = Takes::Choice,
     .summary = "a server works on a request without a switch, or is scheduled inside, too",
     .otherwise = "\"atomic\"",
     .choices = "atomic|explored"},
};

constexpr KeyInfo kFaults[] = {
    {.name = "kill",
     .takes = Takes::Victims,
     .summary = "SIGKILL of the process, all its threads with it"},
    {.name = "restart",
     .takes = Takes::Victims,
     .summary = "the same, and the process starts again from its first step"},
    {.name = "signal",
     .takes = Takes::Victims,
     .summary = "a blocking call ends with EINTR, with a handler that has SA_RESTART and one that "
                "has not"},
    {.name = "short_io",
     .takes = Takes::Victims,
     .summary = "a read or a write on a stream does less than it was asked to"},
    {.name = "pause",
     .takes = Takes::Victims,
     .summary = "the task is held for longer than any time-out"},
    {.name = "full",
     .takes = Takes::Victims,
     .summary = "no room: on the disk, in a queue, in a pipe"},
    {.name = "fd_limit", .takes = Takes::Victims, .summary = "no descriptor is left"},
    {.name = "clock",
     .takes = Takes::Victims,
     .summary = "the wall clock steps, an hour or a second, ahead or back"},
    {.name = "slow",
     .takes = Takes::Victims,
     .summary = "a sleep or a time-out ends early or late against the others' progress"},
    {.name = "max",
     .takes = Takes::Count,
     .summary = "strikes in one execution",
     .otherwise = "1",
     .least = 1,
     .most = kMostStrikes},
};

constexpr KeyInfo kCase[] = {
    {.name = "backend",
     .takes = Takes::Backends,
     .summary = "a name, a list of names (one case each), or a table `{ n = \"shm\", m = "
                "\"socket\" }`",
     .required = true},
    {.name = "params",
     .takes = Takes::ParamMatrix,
     .summary = "values of parameters, or lists of values: one case for each combination"},
    {.name = "options",
     .takes = Takes::OptionMatrix,
     .summary =
         "options of the backend, or lists of values; `{ shm = { lock = \"spin\" } }` is for "
         "one of several backends"},
    {.name = "faults",
     .takes = Takes::VictimMatrix,
     .summary = "what may strike whom, or lists of that"},
    {.name = "expect", .takes = Takes::Expect, .summary = "as at the top level, key by key"},
    {.name = "explore", .takes = Takes::Explore, .summary = "as at the top level, key by key"},
    {.name = "finds",
     .takes = Takes::Symptoms,
     .summary =
         "symptoms that must be recorded: a known bug, and the proof that Stagger still sees "
         "it"},
};

constexpr KeyInfo kStep[] = {
    {.name = "when",
     .takes = Takes::Truth,
     .summary = "of any step: it is left out if this is false"},
    {.name = "into",
     .takes = Takes::Into,
     .summary = "`\"v\"` takes the result; `[\"v\", \"how\"]` also how it went: `ok`, `timeout`, "
                "`empty`, `full`, `closed`, `owner-dead`"},
    {.name = "key", .takes = Takes::Expression, .summary = "of a map: which entry"},
    {.name = "value", .takes = Takes::Expression, .summary = "what to store, put, send, ..."},
    {.name = "expected",
     .takes = Takes::Expression,
     .summary = "of `cas`: what must be there for `value` to take its place"},
    {.name = "timeout",
     .takes = Takes::Time,
     .summary = "seconds for an operation that may wait; 0 tries once",
     .otherwise = "it waits"},
    {.name = "with",
     .takes = Takes::Reference,
     .summary = "of a condition's `wait`: a mutex that the task holds"},
    {.name = "else", .takes = Takes::Steps, .summary = "of `if`: what to do where it is false"},
    {.name = "steps", .takes = Takes::Steps, .summary = "of a control step: what is inside it"},
    {.name = "limit",
     .takes = Takes::Count,
     .summary = "of `while`: how often at most",
     .least = 1,
     .most = kMaxLimit},
    {.name = "shared",
     .takes = Takes::Boolean,
     .summary = "of `section`: others that share it may be inside, too",
     .otherwise = "false"},
    {.name = "bytes",
     .takes = Takes::Bytes,
     .summary =
         "of a stream's `read`: at most so many; of its `write`, instead of `value`: so many "
         "marked ones",
     .least = 1,
     .most = kMaxBytes},
};

}  // namespace

std::span<const KeyInfo> keys_of(Part part) {
    switch (part) {
        case Part::File:
            return kFile;
        case Part::Object:
            return kObject;
        case Part::Role:
            return kRole;
        case Part::Expect:
            return kExpect;
        case Part::Explore:
            return kExplore;
        case Part::Faults:
            return kFaults;
        case Part::Case:
            return kCase;
        case Part::Step:
            return kStep;
    }
    return {};
}

const KeyInfo& key_of(Part part, std::string_view name) {
    const std::span<const KeyInfo> keys = keys_of(part);
    std::size_t at = 0;
    while (at < keys.size() && keys[at].name != name) ++at;
    STAGGER_CHECK(at < keys.size());
    return keys[at];
}

std::vector<std::string> choices_of(const KeyInfo& key) {
    std::vector<std::string> out;
    for (std::size_t at = 0; !key.choices.empty() && at <= key.choices.size();) {
        const std::size_t end = std::min(key.choices.find('|', at), key.choices.size());
        out.emplace_back(key.choices.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::vector<std::string_view> words_of(std::string_view list) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        out.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

}  // namespace stagger::spec
