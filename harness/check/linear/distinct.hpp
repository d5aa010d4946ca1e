// SPDX-License-Identifier: Apache-2.0
//
// Near-linear judges of histories in which each value is written or put in at most once. They look
// for the patterns without which a legal order exists, and build no order. Positions as in
// Interval; what has no end ends at kNone, which is later than everything. Pure; each is tested
// against the search of Wing, Gong and Lowe on random histories.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/check/search.hpp"

namespace stagger::check {

enum class Decision : std::uint8_t {
    Legal,
    Illegal,
    Undecided,  // only a search can tell
};

// Why a history is illegal, about operations `first` and `second` (kNone: there is none).
enum class Pattern : std::uint8_t {
    None,
    SeenTooEarly,  // `first` saw or took a value before `second` began to bring it, or nobody did
    TakenTwice,    // `first` and `second` took the same value
    Interleaved,   // neither value's operations can all come before the other's
    OutOfOrder,    // `first` was put in before `second`, and taken out after it, or never
    NotNested,     // items of a stack cross
    NeverEmpty,    // `first` saw nothing although something was there all the time
};

struct Finding {
    Decision decision = Decision::Legal;
    Pattern pattern = Pattern::None;
    std::uint32_t first = history::kNone, second = history::kNone;
};

// An operation on a register: what it wrote and what it saw, as numbers of values; kNone: nothing.
// A swap, or a cas that wrote, did both.
struct Access {
    Interval interval;
    std::uint32_t saw = history::kNone;
    std::uint32_t wrote = history::kNone;
};

// After Gibbons and Korach ("Testing shared memories", 1997): the operations on one value form a
// block, and blocks must be in some order. What swaps join are blocks of blocks. `values`: how many
// there are; `initial` was there at first. Requires: no value is written twice, nor the initial
// one; a write without an end is given only if its value was seen.
Finding judge_register(std::span<const Access> accesses, std::uint32_t values,
                       std::uint32_t initial);

// What was put into a container and taken out again. Never taken: `take` is {kNone, kNone}.
struct Item {
    Interval put, take;
    std::uint32_t put_op = history::kNone, take_op = history::kNone;

    bool taken() const { return take.invoked != history::kNone; }
};

struct Container {
    std::vector<Item> items;
    // Operations that found nothing there.
    std::vector<Interval> empties;
    std::vector<std::uint32_t> empty_ops;
    // When operations began of which it is unknown whether and what they took.
    std::vector<std::uint32_t> wild;
};

// After Henzinger, Sezgin and Vafeiadis ("Aspect-oriented linearizability proofs", 2013).
Finding judge_queue(const Container& container);
// By taking out what encloses all else, or cutting where nothing need be there.
Finding judge_stack(const Container& container);
Finding judge_bag(const Container& container);

}  // namespace stagger::check
