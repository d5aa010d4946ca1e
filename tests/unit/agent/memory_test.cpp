// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

// The compiler must not do the work of these itself. Volatile pointers hide what they are.
void* (*volatile copy)(void*, const void*, std::size_t) = std::memcpy;
void* (*volatile move)(void*, const void*, std::size_t) = std::memmove;
void* (*volatile fill)(void*, int, std::size_t) = std::memset;
int (*volatile compare)(const void*, const void*, std::size_t) = std::memcmp;

struct Bytes {
    unsigned char bytes[4096];
};
using Shared = InSharedMemory<Bytes>;

std::vector<std::string> orders_of_copy(std::size_t size) {
    Shared shared;
    const auto writer = [&](char value) {
        return [&shared, size, value](Board&) {
            const std::vector<char> mine(size, value);
            copy(shared->bytes, mine.data(), size);
        };
    };
    const Body reader = [&shared, size](Board& board) {
        std::vector<unsigned char> mine(size);
        copy(mine.data(), shared->bytes, size);
        const bool torn = std::any_of(mine.begin(), mine.end(),
                                      [&](unsigned char byte) { return byte != mine[0]; });
        board.note(torn ? 1 : 0);
    };
    return orders_of({writer(1), reader}, 60, shared.made());
}

TEST(Memory, ACopyOfAWordIsNeverTorn) {
    EXPECT_EQ(orders_of_copy(8), (std::vector<std::string>{"0"}));
}

TEST(Memory, ALongCopyMayBeTorn) {
    EXPECT_EQ(orders_of_copy(64), (std::vector<std::string>{"0", "1"}));
    EXPECT_EQ(orders_of_copy(3000), (std::vector<std::string>{"0", "1"}));
}

TEST(Memory, ALongAccessIsABoundedNumberOfPoints) {
    Shared shared;
    const Outcome outcome =
        run_controlled({[&](Board&) { fill(shared->bytes, 7, 4000); }}, {}, shared.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_GE(outcome.points, 8u);
    EXPECT_LE(outcome.points, 17u);
}

TEST(Memory, PrivateMemoryIsNoPoint) {
    const Outcome outcome = run_controlled({[&](Board&) {
        char here[100], there[100];
        fill(here, 1, sizeof(here));
        copy(there, here, sizeof(there));
    }});
    EXPECT_EQ(outcome.points, 0u);
}

// Every alignment and size, overlapping both ways, against a plain loop.
long wrong_moves(unsigned char* bytes) {
    long wrong = 0;
    for (std::size_t from = 0; from < 20; ++from) {
        for (std::size_t to = 0; to < 20; ++to) {
            for (const std::size_t size : {1u, 7u, 8u, 9u, 31u, 200u}) {
                std::vector<unsigned char> expected(256);
                std::iota(expected.begin(), expected.end(), static_cast<unsigned char>(1));
                for (std::size_t i = 0; i < expected.size(); ++i) bytes[i] = expected[i];
                const std::vector<unsigned char> source(expected);
                for (std::size_t i = 0; i < size; ++i) expected[to + i] = source[from + i];
                move(bytes + to, bytes + from, size);
                wrong += std::equal(expected.begin(), expected.end(), bytes) ? 0 : 1;
                wrong += compare(bytes, expected.data(), expected.size()) == 0 ? 0 : 1;
            }
        }
    }
    return wrong;
}

TEST(Memory, MovesAreRightForEverySizeAndOverlap) {
    Shared shared;
    const Outcome outcome =
        run_controlled({[&](Board& board) { board.values[0] = 1 + wrong_moves(shared->bytes); }},
                       {}, shared.made());
    EXPECT_EQ(outcome.values[0], 1);
}

TEST(Memory, AReaderThatPollsByComparingLetsTheOthersRun) {
    Shared shared;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            const char wanted[16] = {1};
                            while (compare(shared->bytes, wanted, sizeof(wanted)) != 0)
                                ++board.values[0];
                        },
                        [&](Board&) {
                            const char wanted[16] = {1};
                            copy(shared->bytes, wanted, sizeof(wanted));
                        }},
                       {}, shared.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
}

TEST(Memory, StringsAreCopiedAsEver) {
    char* (*volatile copy_string)(char*, const char*) = std::strcpy;
    char* (*volatile copy_some)(char*, const char*, std::size_t) = std::strncpy;
    char text[8] = "1234567";
    EXPECT_EQ(copy_string(text, "abc"), text);
    EXPECT_STREQ(text, "abc");
    EXPECT_EQ(text[4], '5');
    copy_some(text, "xy", 7);
    EXPECT_EQ(std::string(text, 8), std::string("xy\0\0\0\0\0\0", 8));
    copy_some(text, "abcdefgh", 4);
    EXPECT_EQ(std::string(text, 5), std::string("abcd\0", 5));
}

}  // namespace
}  // namespace stagger::agent
