// SPDX-License-Identifier: Apache-2.0
//
// Judges one history from tests/histories and compares with what its leading comments expect:
//
//     # expect: lost-update, final-state      or ok, or inconclusive; all that is recorded, in
//     order # says: both read n = 100               part of a message # final: n == 102 is false
//     because n = 101 # outcome: forbidden 1,0                with outcomes, linearizability is not
//     judged # visible: n = 10 # bound: reached                        or not reached # allow:
//     stale-read
//
// One CTest test per file. Exits 0 if all is as expected, else says what is not.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "harness/check/check.hpp"
#include "harness/history/text.hpp"

namespace stagger {
namespace {

struct Expected {
    std::string verdict;
    std::vector<std::string> says;
    std::optional<bool> bound_reached;
    check::Expectations expectations;
    check::Observations observations;
};

// "a, b" as a list.
std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in >> std::ws, part, ',');) parts.push_back(part);
    return parts;
}

void read_final(const std::string& text, Expected& expected) {
    const std::size_t is = text.rfind(" is ");
    const std::size_t because = text.rfind(" because ");
    if (is == std::string::npos || because == std::string::npos) return;
    const bool holds = text.substr(is + 4, because - is - 4) == "true";
    expected.observations.finals.push_back({text.substr(0, is), holds, text.substr(because + 9)});
}

void read_outcome(const std::string& text, Expected& expected) {
    const std::size_t space = text.find(' ');
    expected.expectations.judge_linearizability = false;
    expected.observations.outcome = text.substr(space + 1);
    expected.observations.outcome_class = text.starts_with("forbidden")
                                              ? check::OutcomeClass::Forbidden
                                              : check::OutcomeClass::Acceptable;
}

bool read_directive(const std::string& name, const std::string& text, Expected& expected) {
    if (name == "expect") {
        expected.verdict = text;
    } else if (name == "says") {
        expected.says.push_back(text);
    } else if (name == "final") {
        read_final(text, expected);
    } else if (name == "outcome") {
        read_outcome(text, expected);
    } else if (name == "visible") {
        const std::size_t equals = text.find(" = ");
        expected.expectations.visible[text.substr(0, equals)] = std::stod(text.substr(equals + 3));
    } else if (name == "bound") {
        expected.bound_reached = text == "reached";
    } else if (name == "allow") {
        for (const std::string& symptom : split(text))
            expected.expectations.allow.push_back(check::symptom(symptom).value());
    } else {
        return false;
    }
    return true;
}

bool read_directives(const std::string& text, Expected& expected) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line) && line.starts_with("# ");) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) return false;
        if (!read_directive(line.substr(2, colon - 2), line.substr(colon + 2), expected))
            return false;
    }
    return !expected.verdict.empty();
}

std::string verdict_of(const check::Verdict& verdict) {
    std::vector<std::string_view> names;
    for (const check::Violation& violation : verdict.violations) {
        const std::string_view name = check::name(violation.symptom);
        if (names.empty() || names.back() != name) names.push_back(name);
    }
    if (names.empty()) return verdict.inconclusive.empty() ? "ok" : "inconclusive";
    return fmt::format("{}", fmt::join(names, ", "));
}

bool as_expected(const check::Verdict& verdict, const Expected& expected) {
    bool fine = verdict_of(verdict) == expected.verdict;
    if (!fine)
        std::cout << "expected " << expected.verdict << ", not " << verdict_of(verdict) << "\n";
    for (const std::string& part : expected.says) {
        bool said = false;
        for (const check::Violation& violation : verdict.violations)
            said = said || violation.message.find(part) != std::string::npos;
        if (!said) std::cout << "nothing says: " << part << "\n";
        fine = fine && said;
    }
    if (expected.bound_reached && *expected.bound_reached != verdict.visible_bound_reached) {
        std::cout << "the visible bound should " << (*expected.bound_reached ? "" : "not ")
                  << "have been reached\n";
        fine = false;
    }
    return fine;
}

int run(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    Expected expected;
    if (!read_directives(text.str(), expected)) {
        std::cout << path << ": its leading comments do not say what to expect\n";
        return 1;
    }
    auto history = history::read_text(text.str());
    if (!history.ok()) {
        std::cout << path << ": " << history.error().message << "\n";
        return 1;
    }
    const check::Verdict verdict =
        check::judge(*history, expected.expectations, expected.observations, {});
    for (const check::Violation& violation : verdict.violations)
        std::cout << check::name(violation.symptom) << " of \"" << violation.object
                  << "\": " << violation.message << "\n";
    for (const std::string& reason : verdict.inconclusive)
        std::cout << "inconclusive: " << reason << "\n";
    return as_expected(verdict, expected) ? 0 : 1;
}

}  // namespace
}  // namespace stagger

int main(int argc, char** argv) {
    if (argc == 2) return stagger::run(argv[1]);
    std::cout << "usage: judge_history FILE\n";
    return 64;
}
