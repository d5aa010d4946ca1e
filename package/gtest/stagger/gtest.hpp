// SPDX-License-Identifier: Apache-2.0
//
// Scenarios of Stagger as expectations of GoogleTest:
//
//   #include <stagger/gtest.hpp>
//
//   TEST(MyQueue, LosesNothing) {
//       EXPECT_HOLDS("delivery", on("my_queue"));
//       EXPECT_HOLDS("delivery", on("my_queue").with("consumers", 3).schedules(5000));
//   }
//   TEST(MyQueue, ShowsWhyTheLockIsThere) {
//       EXPECT_FINDS("lost-update", "increment", on("my_queue").with("locked", false));
//   }
//
// Each starts the program `stagger`, which starts the scenario's processes; nothing of Stagger is
// in the test's own process. The message of a failure is what the terminal would show: the finding,
// with the command that replays it. A program or a spec that is not there is a failure, too.
//
// A scenario is named by its file: `delivery` is delivery.toml in one of the folders of specs, or
// below it; what ends in .toml is a path. `on(B)` takes the file's cases for backend B, and where
// it has none, makes one. Whatever a case says that it `finds`, the expectation is the one made
// here.
//
//   where               the environment        what CMake's stagger_use_gtest says    else
//   the program         STAGGER_PROGRAM        that of find_package(stagger)          in the PATH
//   folders of specs    STAGGER_SPEC_PATH      SPECS                                  ./specs
//   more backends       STAGGER_PLUGIN_PATH    those of the project, and PLUGINS
//
// Without seed(), the seed is 1: a test that passed passes again. C++17; for any thread.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

// No case of the scenario shows anything wrong.
#define EXPECT_HOLDS(scenario, where) STAGGER_GTEST(EXPECT, holds, (scenario), where)
#define ASSERT_HOLDS(scenario, where) STAGGER_GTEST(ASSERT, holds, (scenario), where)

// Each case of the scenario shows this symptom, or these: "lost-update,final-state".
#define EXPECT_FINDS(symptom, scenario, where) \
    STAGGER_GTEST(EXPECT, finds, (::stagger::gtest::Known{symptom, scenario}), where)
#define ASSERT_FINDS(symptom, scenario, where) \
    STAGGER_GTEST(ASSERT, finds, (::stagger::gtest::Known{symptom, scenario}), where)

#define STAGGER_GTEST(kind, what, scenario, where) \
    kind##_PRED_FORMAT2(::stagger::gtest::what, scenario, ([&] { /* `on` */ \
                                                                 using ::stagger::gtest::on; \
                                                                 return where; \
                        }()))

namespace stagger::gtest {

// Where, and how thoroughly: each function gives a copy that says one thing more.
class on {
public:
    // Without a backend, all cases of the file.
    explicit on(const std::string& backend = "") {
        if (!backend.empty()) add("--backend", backend);
    }
    // A parameter of the scenario, as -D.
    on with(const std::string& parameter, const std::string& value) const {
        return plus("-D", parameter + "=" + value);
    }
    on with(const std::string& parameter, const char* value) const {
        return with(parameter, std::string(value));
    }
    template <typename Number>
    std::enable_if_t<std::is_arithmetic_v<Number>, on> with(const std::string& parameter,
                                                            Number value) const {
        std::ostringstream text;
        text << std::boolalpha << value;
        return with(parameter, text.str());
    }
    // Only cases whose id matches: "*/lock=none".
    on filter(const std::string& glob) const { return plus("--filter", glob); }
    on seed(std::uint64_t number) const {
        on copy = plus("--seed", std::to_string(number));
        copy.seeded_ = true;
        return copy;
    }
    on schedules(std::uint64_t most) const { return plus("--schedules", std::to_string(most)); }
    // "30s", "2m"
    on time(const std::string& most) const { return plus("--time", most); }
    on strategy(const std::string& name) const { return plus("--strategy", name); }
    // A folder with more backends.
    on plugin(const std::string& path) const { return plus("--plugin", path); }
    // Where schedules of findings go; default: .stagger
    on out(const std::string& folder) const { return plus("--out", folder); }

    std::vector<std::string> arguments() const {
        std::vector<std::string> all = arguments_;
        if (!seeded_) all.insert(all.end(), {"--seed", "1"});
        return all;
    }

private:
    void add(const std::string& option, const std::string& value) {
        arguments_.push_back(option);
        arguments_.push_back(value);
    }
    on plus(const std::string& option, const std::string& value) const {
        on copy = *this;
        copy.add(option, value);
        return copy;
    }

    std::vector<std::string> arguments_;
    bool seeded_ = false;
};

struct Known {
    std::string symptom, scenario;
};

namespace detail {

#ifndef STAGGER_GTEST_PROGRAM
#define STAGGER_GTEST_PROGRAM "stagger"
#endif
#ifndef STAGGER_GTEST_SPECS
#define STAGGER_GTEST_SPECS "specs"
#endif
#ifndef STAGGER_GTEST_PLUGINS
#define STAGGER_GTEST_PLUGINS ""
#endif

inline std::string told(const char* variable, const char* otherwise) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

// Of a list with colons, without what is empty.
inline std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    std::istringstream rest(list);
    for (std::string part; std::getline(rest, part, ':');)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

// Fails with a sentence.
struct Spec {
    std::string path, problem;
};

inline Spec find_spec(const std::string& scenario) {
    namespace fs = std::filesystem;
    const std::string ending = ".toml";
    const bool is_path =
        scenario.size() > ending.size() &&
        scenario.compare(scenario.size() - ending.size(), ending.size(), ending) == 0;
    const std::string folders = told("STAGGER_SPEC_PATH", STAGGER_GTEST_SPECS);
    std::error_code error;
    if (is_path && fs::exists(scenario, error)) return {scenario, ""};
    std::vector<std::string> found;
    for (const std::string& folder : parts_of(folders)) {
        const fs::path direct = fs::path(folder) / (is_path ? scenario : scenario + ending);
        if (fs::exists(direct, error)) return {direct.string(), ""};
        fs::recursive_directory_iterator entry(folder, error);
        for (; !is_path && !error && entry != fs::recursive_directory_iterator();
             entry.increment(error))
            if (entry->path().filename() == scenario + ending)
                found.push_back(entry->path().string());
    }
    if (found.size() == 1) return {found.front(), ""};
    if (found.empty())
        return {"", "there is no scenario \"" + scenario + "\" in " + folders +
                        ". STAGGER_SPEC_PATH names folders of specs, with colons between them."};
    std::sort(found.begin(), found.end());
    return {"", "the scenario \"" + scenario + "\" is ambiguous: " + found[0] + " or " + found[1] +
                    "? Give the path."};
}

struct Outcome {
    int code = -1;        // as the program exits; -1 if it did not
    std::string text;     // all that it wrote
    std::string problem;  // a sentence, where it did not run to its end
};

inline std::string read_all(int file) {
    std::string text;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::read(file, buffer, sizeof buffer);
        if (count > 0)
            text.append(buffer, static_cast<std::size_t>(count));
        else if (count == 0 || errno != EINTR)
            return text;
    }
}

// Runs a program with both its outputs in one text, as a terminal would show them.
inline Outcome run(const std::vector<std::string>& words) {
    Outcome outcome;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        outcome.problem = std::string("no pipe could be made: ") + std::strerror(errno);
        return outcome;
    }
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    pid_t child = -1;
    const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) {
        outcome.problem = "the program " + words[0] +
                          " cannot be started: " + std::strerror(failed) +
                          ". Install Stagger, or say where it is with "
                          "STAGGER_PROGRAM.";
    } else {
        outcome.text = read_all(ends[0]);
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFEXITED(status))
            outcome.code = WEXITSTATUS(status);
        else
            outcome.problem =
                "stagger was killed by signal " + std::to_string(WTERMSIG(status)) + ".";
    }
    ::close(ends[0]);
    return outcome;
}

// What an exit code of `stagger run` means for an expectation.
inline std::string meaning_of(int code, const std::string& expected) {
    switch (code) {
        case 1:
            return expected == "ok" ? "does not hold" : "does not show " + expected;
        case 2:
            return "could not be judged";
        case 4:
            return "was not run: no case matched, or all were skipped";
        case 64:
            return "was asked for in a way that Stagger refuses";
        default:
            return "could not be run: stagger ended with " + std::to_string(code);
    }
}

inline ::testing::AssertionResult judge(const std::string& scenario, const std::string& expected,
                                        const on& where) {
    const Spec spec = find_spec(scenario);
    if (!spec.problem.empty()) return ::testing::AssertionFailure() << spec.problem;
    std::vector<std::string> words{told("STAGGER_PROGRAM", STAGGER_GTEST_PROGRAM), "run", spec.path,
                                   "--expect", expected};
    for (const std::string& word : where.arguments()) words.push_back(word);
    for (const std::string& plugin : parts_of(STAGGER_GTEST_PLUGINS)) {
        words.push_back("--plugin");
        words.push_back(plugin);
    }
    words.insert(words.end(), {"--progress", "none", "--color", "never"});
    const Outcome outcome = run(words);
    if (!outcome.problem.empty()) return ::testing::AssertionFailure() << outcome.problem;
    if (outcome.code == 0) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << scenario << " " << meaning_of(outcome.code, expected) << "\n\n"
           << outcome.text;
}

}  // namespace detail

// For the macros: the first two arguments are their text, which the message does not need.
inline ::testing::AssertionResult holds(const char*, const char*, const std::string& scenario,
                                        const on& where) {
    return detail::judge(scenario, "ok", where);
}

inline ::testing::AssertionResult finds(const char*, const char*, const Known& known,
                                        const on& where) {
    return detail::judge(known.scenario, known.symptom, where);
}

}  // namespace stagger::gtest
