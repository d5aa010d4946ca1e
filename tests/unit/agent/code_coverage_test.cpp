// SPDX-License-Identifier: Apache-2.0
//
// What compilers insert for -fsanitize-coverage, called here by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "tests/unit/agent/controlled.hpp"

extern "C" {
void __sanitizer_cov_8bit_counters_init(char* begin, char* end);
void __sanitizer_cov_trace_pc_guard_init(std::uint32_t* begin, std::uint32_t* end);
void __sanitizer_cov_trace_pc_guard(std::uint32_t* guard);
void __sanitizer_cov_trace_pc();
}

namespace stagger::agent {
namespace {

char counters[20];
const auto kCounted = [] { __sanitizer_cov_8bit_counters_init(counters, std::end(counters)); };

// As a compiler would: nobody else reads it.
void count(int place) {
    volatile char& counter = counters[place];
    counter = static_cast<char>(counter + 1);
}

__attribute__((noinline)) void one_place() {
    __sanitizer_cov_trace_pc();
    asm volatile("");
}
__attribute__((noinline)) void another_place() {
    __sanitizer_cov_trace_pc();
    asm volatile("" ::"r"(1));
}

TEST(CodeCoverage, CountersOfAllProcessesAreGathered) {
    const Outcome outcome =
        run_controlled({[](Board&) { count(3); }, [](Board&) { count(5); }}, {}, kCounted);
    ASSERT_EQ(outcome.code.size(), 2u);
    EXPECT_EQ((outcome.code[1] - outcome.code[0]) % control::kCodeFeatures, 2u);
}

TEST(CodeCoverage, HowOftenDoesNotMatter) {
    const auto features = [](int times) {
        return run_controlled({[times](Board&) {
                                  for (int i = 0; i < times; ++i) count(7);
                              }},
                              {}, kCounted)
            .code;
    };
    EXPECT_EQ(features(1), features(100));
    EXPECT_EQ(features(1).size(), 1u);
}

TEST(CodeCoverage, WhatWasCountedBeforeTheExecutionIsForgotten) {
    const Outcome outcome = run_controlled({[](Board&) { count(3); }}, {}, [] {
        kCounted();
        count(4);
    });
    EXPECT_EQ(outcome.code.size(), 1u);
    counters[4] = 0;
}

TEST(CodeCoverage, NothingIsWrittenWhereNobodyLooks) {
    Course course;
    course.code = false;
    const Outcome outcome = run_controlled({[](Board&) {
                                               count(3);
                                               one_place();
                                           }},
                                           course, kCounted);
    EXPECT_TRUE(outcome.code.empty());
}

TEST(CodeCoverage, EachGuardIsAFeature) {
    static std::uint32_t guards[3];
    const auto told = [] { __sanitizer_cov_trace_pc_guard_init(guards, std::end(guards)); };
    const Outcome outcome =
        run_controlled({[](Board&) {
                            __sanitizer_cov_trace_pc_guard(&guards[0]);
                            __sanitizer_cov_trace_pc_guard(&guards[2]);
                        },
                        [](Board&) { __sanitizer_cov_trace_pc_guard(&guards[0]); }},
                       {}, told);
    EXPECT_EQ(outcome.code.size(), 2u);
}

TEST(CodeCoverage, APlaceIsNamedByWhereItWasComeFrom) {
    const auto features = [](const Body& body) { return run_controlled({body}).code; };
    const Body once = [](Board&) { one_place(); };
    const Body other = [](Board&) { another_place(); };
    const Body both = [](Board&) {
        one_place();
        another_place();
    };
    EXPECT_EQ(features(once).size(), 1u);
    EXPECT_EQ(features(once), features(once));
    EXPECT_NE(features(once), features(other));
    ASSERT_EQ(features(both).size(), 2u);
    const auto edges = features(both);
    EXPECT_EQ(std::count(edges.begin(), edges.end(), features(other).front()), 0)
        << "the second place was come to from the first";
}

TEST(CodeCoverage, ProcessesThatDoTheSameShowTheSame) {
    const Body both = [](Board&) {
        one_place();
        another_place();
    };
    EXPECT_EQ(run_controlled({both}).code, run_controlled({both, both, both}).code);
}

}  // namespace
}  // namespace stagger::agent
