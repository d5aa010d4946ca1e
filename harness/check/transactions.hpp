// SPDX-License-Identifier: Apache-2.0
//
// Transactions: each `as_one` block is one, and so is each call outside of blocks. Built for the
// oracle `serializability` from the objects with content (registers, lists, maps, queues) that some
// block touches, and grouped: groups that share no content can be judged apart. Locks and other
// means of taking turns inside a block are not part of what should take effect as one.
#pragma once

#include <vector>

#include "harness/check/context.hpp"
#include "harness/check/search.hpp"

namespace stagger::check {

// What one state word stands for: an object, a key of a map, or one process's copy of either.
struct Slot {
    std::uint32_t object = 0;
    State initial = 0;
    std::string name;
};

struct Effect {
    std::uint32_t slot = 0;  // index into Group::slots
    Op op;
};

struct Transaction {
    std::uint32_t task = 0;
    std::uint32_t block = history::kNone;  // index into History::blocks; kNone: a single call
    bool is_update = false;  // a read and the write that followed it, outside of any block
    Interval interval;
    bool complete = true;    // false: it may have ended after any of its effects, or before
    bool determined = true;  // its effects can come to one outcome only
    std::vector<Effect> effects;
};

struct Group {
    std::vector<Slot> slots;
    std::vector<Transaction> transactions;
};

// Those groups that hold a block. Objects that are no longer linearizable by themselves are left
// out: no order of blocks could explain them. An object of which every process has its own copy is
// judged copy by copy, so that what is lost between threads of one process is told apart from what
// one process does not see of another.
std::vector<Group> transaction_groups(Context& context);

}  // namespace stagger::check
