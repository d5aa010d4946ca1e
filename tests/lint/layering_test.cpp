// SPDX-License-Identifier: Apache-2.0
//
// The architecture as a test: which module may include which. To add an edge, argue it here.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "tests/lint/tree.hpp"

namespace stagger::lint {
namespace {

using Edges = std::map<std::string, std::set<std::string>>;

// What each module of harness/ may include besides itself. Only downwards.
const Edges& allowed() {
    static const Edges kAllowed = {
        {"base", {}},
        {"spec", {"base"}},
        {"history", {"base"}},
        {"schedule", {"base"}},
        {"control", {"base"}},
        // Lives inside every task, next to code that must not see us: as little as possible.
        {"agent", {"base", "control"}},
        // What a host says of its objects is a history's objects: `history`, and nothing above it.
        {"backend", {"base", "history"}},
        // Sees histories, never the engine: an oracle can be tested on a file.
        {"check", {"base", "history"}},
        // Judges what others recorded, by the models and searches of `check`; a model may be in
        // Lua.
        {"recorded", {"base", "spec", "history", "check"}},
        {"worker", {"base", "spec", "history", "control", "agent", "backend"}},
        // An algorithm on decisions; the engine tells it what a try is.
        {"minimize", {"base", "control"}},
        {"search", {"base", "control"}},
        // Talks to workers through control; shares no code with them.
        {"engine",
         {"base", "spec", "history", "schedule", "control", "backend", "check", "minimize",
          "search"}},
        {"report", {"base", "spec", "history", "schedule", "check", "recorded", "engine"}},
        // A campaign is another way to search, beside those of the engine.
        {"fuzz", {"base", "spec", "history", "schedule", "control", "backend", "check", "engine"}},
        {"cli",
         {"base", "spec", "history", "schedule", "check", "recorded", "engine", "report", "fuzz"}},
    };
    return kAllowed;
}

std::string module_of(const std::filesystem::path& file) {
    return file.lexically_relative(STAGGER_ROOT "/harness").begin()->string();
}

// One message for each include in `file` that `edges` does not allow.
std::vector<std::string> trespasses(const std::filesystem::path& file, const Edges& edges) {
    static const std::regex kInclude(R"re(\s*#\s*include\s*"(\w+)/(\w+)[/.].*)re");
    std::vector<std::string> found;
    const std::string from = module_of(file);
    const auto lines = lines_of(file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::smatch match;
        if (!std::regex_match(lines[i], match, kInclude)) continue;
        const std::string to = match[2];
        const bool fine = match[1] == "harness" &&
                          (to == from || (edges.contains(from) && edges.at(from).contains(to)));
        if (!fine) found.push_back(place(file, i + 1) + ": " + from + " must not include " + to);
    }
    return found;
}

TEST(Layering, ModulesIncludeOnlyDownwards) {
    for (const auto& file : files_under("harness", {".cpp", ".hpp", ".h"})) {
        for (const auto& message : trespasses(file, allowed())) ADD_FAILURE() << message;
    }
}

TEST(Layering, AnIncludeUpwardsIsNoticed) {
    Edges nothing_allowed;
    std::size_t noticed = 0;
    for (const auto& file : files_under("harness/spec", {".hpp"})) {
        noticed += trespasses(file, nothing_allowed).size();
    }
    EXPECT_GT(noticed, 0u);
}

TEST(Layering, EveryModuleHasItsPlace) {
    for (const auto& file : files_under("harness", {".cpp", ".hpp"})) {
        EXPECT_TRUE(allowed().contains(module_of(file)))
            << place(file) << ": say in layering_test.cpp what this module may include";
    }
}

TEST(Layering, TheTableItselfHasNoCycle) {
    for (const auto& [from, tos] : allowed()) {
        for (const auto& to : tos) {
            EXPECT_FALSE(allowed().at(to).contains(from)) << from << " and " << to;
        }
    }
}

TEST(Layering, BackendsKnowOnlyTheAbi) {
    for (const auto& file : files_under("plugins", {".cpp", ".hpp", ".h", ".c"})) {
        const auto lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            EXPECT_EQ(lines[i].find("#include \"harness/"), std::string::npos)
                << place(file, i + 1) << ": a backend sees <stagger/...> and nothing else of ours";
        }
    }
}

}  // namespace
}  // namespace stagger::lint
