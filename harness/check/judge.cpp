// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check {

namespace {

using history::Ending;
using history::History;

struct Row {
    OracleInfo info;
    oracle::Oracle* judge;
};

// In the order of judging. The first says of each object whether its calls have a legal order;
// where they have none, those below find the most specific name for it, and the last one the rest.
constexpr Row kOracles[] = {
    {{"linearizability", "the calls on each object have a legal order that respects time"},
     oracle::linearizability},
    {{"stale-reads", "no read returns what was overwritten before the read began"},
     oracle::stale_reads},
    {{"visibility", "a write is seen by those that look later, within `visible` seconds"},
     oracle::visibility},
    {{"delivery",
      "what is put into a queue or topic comes out once, in order, and nothing else does"},
     oracle::delivery},
    {{"stream-bytes", "the bytes written to a stream are read once, in order and unmixed"},
     oracle::stream_bytes},
    {{"topic-order", "subscribers get a topic's values in one order, where it promises that"},
     oracle::topic_order},
    {{"replies", "requests are served as often as promised, and calls get their own reply"},
     oracle::replies},
    {{"exclusion",
      "one owner per lock, or readers alone, and no more permits out than a semaphore has"},
     oracle::exclusion},
    {{"sections", "sections of one name exclude each other"}, oracle::sections},
    {{"wakeups", "a wait on a condition returns only after a notify"}, oracle::wakeups},
    {{"serializability", "`as_one` blocks have a serial order; lost updates are told apart"},
     oracle::serializability},
    {{"deadlock", "not all that are left wait for each other"}, oracle::deadlock},
    {{"lost-wakeups", "nobody sleeps although what it waits for holds"}, oracle::lost_wakeups},
    {{"livelock", "loops and executions come to an end"}, oracle::livelock},
    {{"hang", "no task computes for ever out of sight"}, oracle::hang},
    {{"crash", "no process dies"}, oracle::crash},
    {{"torn-values", "values come back as a whole"}, oracle::torn_values},
    {{"unexpected-errors", "calls succeed, unless the scenario looks at how they went"},
     oracle::unexpected_errors},
    {{"assertions", "the scenario's assertions hold"}, oracle::assertions},
    {{"final-state", "what `final` expects holds in the end"}, oracle::final_state},
    {{"lost-updates", "where `final` fails, two updates of what it speaks of did not collide"},
     oracle::lost_updates},
    {{"outcomes", "what `observe` came to is not forbidden"}, oracle::outcomes},
    {{"leaks", "nothing of the operating system's is left behind"}, oracle::leaks},
    {{"unexplained", "every object without a legal order is reported, if only as that"},
     oracle::not_linearizable},
};

std::string detail(const History& history) {
    return history.detail.empty() ? "." : ": " + history.detail;
}

// Part of what happened may be missing, so that nothing can be concluded from the rest.
std::optional<std::string> why_it_cannot_be_judged(const History& history) {
    if (std::string wrong = absurdity(history); !wrong.empty())
        return fmt::format("This history cannot have happened: {}.", wrong);
    switch (history.ending) {
        case Ending::Overflow:
            return "A bound of Stagger's was reached" + detail(history);
        case Ending::HarnessError:
            return "Stagger or the backend failed" + detail(history);
        default:
            return std::nullopt;
    }
}

// A task stops at an expression that it cannot evaluate, and others may then wait in vain, meet
// half a block or see their time-outs end: none of that speaks against what is under test.
bool can_follow_from_a_stop(Symptom symptom) {
    switch (symptom) {
        case Symptom::LostUpdate:
        case Symptom::StaleRead:
        case Symptom::NeverVisible:
        case Symptom::TornValue:
        case Symptom::LostMessage:
        case Symptom::DuplicateMessage:
        case Symptom::ReorderedMessage:
        case Symptom::InventedMessage:
        case Symptom::MutualExclusion:
        case Symptom::NotLinearizable:
            return false;
        default:
            return true;
    }
}

// The position of the first expression that failed.
std::optional<std::uint32_t> first_stop(const History& history) {
    std::optional<std::uint32_t> first;
    for (const history::Complaint& complaint : history.complaints) {
        if (complaint.kind != history::Complaint::Kind::ExpressionError) continue;
        first = std::min(first.value_or(complaint.position), complaint.position);
    }
    return first;
}

// What calls had returned before may be why the expression failed: a nil that nobody had put.
void keep_what_was_before(std::uint32_t stop, const History& history, Verdict& verdict) {
    std::erase_if(verdict.violations, [&](const Violation& violation) {
        const bool was_before =
            !violation.calls.empty() &&
            std::all_of(violation.calls.begin(), violation.calls.end(), [&](std::uint32_t call) {
                return history.calls[call].responded < stop;  // kNone is the largest
            });
        return !was_before || can_follow_from_a_stop(violation.symptom);
    });
}

}  // namespace

Verdict judge(const History& history, const Expectations& expectations,
              const Observations& observations, const Limits& limits) {
    if (auto reason = why_it_cannot_be_judged(history)) {
        Verdict verdict;
        verdict.inconclusive.push_back(std::move(*reason));
        return verdict;
    }
    Context context(history, expectations, observations, limits);
    for (const Row& row : kOracles) row.judge(context);
    if (history.ending == Ending::OutOfSight)
        context.inconclusive("Somebody waits for something that Stagger cannot see" +
                             detail(history));
    Verdict verdict = context.take_verdict();
    if (const auto stop = first_stop(history)) keep_what_was_before(*stop, history, verdict);
    count_evidence(history, verdict);
    return verdict;
}

std::vector<OracleInfo> oracles() {
    std::vector<OracleInfo> result;
    for (const Row& row : kOracles) result.push_back(row.info);
    return result;
}

}  // namespace stagger::check
