// SPDX-License-Identifier: Apache-2.0
//
// A schedule: the decisions of one execution, as data. Only deviations from the calm course are
// written down: the calm course lets a task run on, and when it cannot, picks the next one in
// order. Fewer decisions therefore means simpler, and the empty schedule is the calm one. Made by
// the engine's recorder, minimised by `minimize`, read and written here as text (file.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::schedule {

enum class Choice : std::uint8_t {
    Run,    // at this point of `task`, `target` runs on instead
    Wake,   // this task's notify wakes `target` instead of the one that waits longest
    Fault,  // the fault `target` strikes the task: "kill"
    Input,  // the task's `point`-th any() in this execution gives `value`, not the least
};

// Attach: while processes join (only in `fresh`); Main: from the first step on.
enum class Phase : std::uint8_t { Attach, Main };

struct Decision {
    Phase phase = Phase::Main;
    std::string task;         // "worker[0]"
    std::uint32_t point = 0;  // the task's own count of points in this phase, from 1; of inputs
    std::uint32_t turn = 0;   // further decisions at one point: 1 when it blocked there, ...
    std::string label;  // what it was about to do there: "store n", "lock n: pthread_mutex_lock"
    Choice choice = Choice::Run;
    std::string target;      // "worker[1]"
    std::int64_t value = 0;  // Input only

    friend bool operator==(const Decision&, const Decision&) = default;
};

struct Schedule {
    std::vector<Decision> decisions;  // in the order they were taken
};

// A backend as a file: another build of it may do something else under the same schedule.
struct PluginBuild {
    std::string name;
    std::uint32_t abi = 0;
    std::string checksum;  // of the file's bytes

    friend bool operator==(const PluginBuild&, const PluginBuild&) = default;
};

// With what a schedule was found, so that a replay elsewhere can say what differs. All empty where
// nobody wrote it down.
struct Origin {
    std::string stagger, machine, kernel, libc;
    std::vector<PluginBuild> plugins;

    friend bool operator==(const Origin&, const Origin&) = default;
};

// A schedule with what is needed to run it elsewhere, as it stands in a `.schedule` file.
struct ScheduleFile {
    std::string scenario;     // its name
    std::string spec_path;    // where the spec was, relative to the file or as given
    std::string spec_source;  // the text of the spec, whole
    std::string case_json;    // spec::case_to_json
    std::string case_id;
    std::uint64_t seed = 0;
    std::vector<std::string> symptoms;
    Schedule schedule;
    Origin origin;
};

// Versioned TOML; the last line says that it is whole. read reports file:line:column, what was
// expected and what to do, for a wrong version, an unknown key, or a file cut short.
std::string to_text(const ScheduleFile&);
Result<ScheduleFile> from_text(const std::string& text, const std::string& path);
Status write_file(const ScheduleFile&, const std::string& path);  // written aside, then renamed
Result<ScheduleFile> read_file(const std::string& path);

}  // namespace stagger::schedule
