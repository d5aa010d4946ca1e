// SPDX-License-Identifier: Apache-2.0
//
// The oracles: each looks at one history for one kind of wrong, and reports what it finds. One file
// per oracle and one row in the table of judge.cpp; the order of the rows is the order of judging.
#pragma once

#include "harness/check/context.hpp"

namespace stagger::check::oracle {

using Oracle = void(Context&);

Oracle linearizability;  // sets Context::standing, which others build on
Oracle stale_reads;
Oracle visibility;  // never-visible, and `visible` bounds
Oracle delivery;
Oracle stream_bytes;
Oracle topic_order;
Oracle replies;    // of remote procedure calls
Oracle exclusion;  // of locks and semaphores
Oracle sections;
Oracle wakeups;  // returns from a condition without a notify
Oracle serializability;
Oracle deadlock;
Oracle lost_wakeups;
Oracle livelock;
Oracle hang;
Oracle crash;
Oracle torn_values;
Oracle unexpected_errors;
Oracle assertions;
Oracle final_state;
Oracle lost_updates;  // why `final` fails
Oracle outcomes;
Oracle leaks;
Oracle not_linearizable;  // what no oracle above had a better name for

}  // namespace stagger::check::oracle
