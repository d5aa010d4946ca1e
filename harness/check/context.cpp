// SPDX-License-Identifier: Apache-2.0
#include "harness/check/context.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagger::check {

using history::Call;
using history::Ending;
using history::History;
using history::kNone;

namespace {

// What others contribute to a message may be a sentence already.
std::string with_one_full_stop(std::string text) {
    while (text.ends_with("..") || text.ends_with("\n.")) text.erase(text.size() - 2, 1);
    return text;
}

}  // namespace

// Half of the memory for values and states, half for the configurations of a search.
Context::Context(const History& judged, const Expectations& expected, const Observations& observed,
                 const Limits& limits)
    : history(judged),
      expectations(expected),
      observations(observed),
      terms(limits.memory_bytes / 2),
      standing(judged.objects.size(), Standing::NotJudged),
      stuck_call(judged.objects.size(), kNone),
      calls_on_(judged.objects.size()),
      memory_bytes_(limits.memory_bytes / 2),
      time_(limits.time),
      deadline_(std::chrono::steady_clock::now() + limits.time) {
    for (std::uint32_t i = 0; i < judged.calls.size(); ++i) {
        const Call& call = judged.calls[i];
        calls_on_[call.object].push_back(i);
        if (call.with != kNone) calls_on_[call.with].push_back(i);
    }
}

void Context::keep_orders(std::vector<LegalOrder>& orders, std::uint64_t most_steps) {
    orders_ = &orders;
    most_steps_ = most_steps;
}

bool Context::stuck() const {
    switch (history.ending) {
        case Ending::Deadlock:
        case Ending::Livelock:
        case Ending::Crash:
        case Ending::Hang:
        case Ending::OutOfSight:
            return true;
        default:
            break;
    }
    return std::any_of(history.complaints.begin(), history.complaints.end(), [](const auto& item) {
        return item.kind == history::Complaint::Kind::LoopLimit;
    });
}

void Context::report(Symptom symptom, std::string object, std::string message,
                     std::vector<std::uint32_t> calls) {
    if (has(symptom, object)) return;
    verdict_.violations.push_back(
        {symptom, std::move(object), with_one_full_stop(std::move(message)), std::move(calls)});
}

bool Context::has(Symptom symptom, const std::string& object) const {
    return std::any_of(
        verdict_.violations.begin(), verdict_.violations.end(),
        [&](const Violation& known) { return known.symptom == symptom && known.object == object; });
}

void Context::inconclusive(std::string reason) {
    reason = with_one_full_stop(std::move(reason));
    auto& reasons = verdict_.inconclusive;
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
        reasons.push_back(std::move(reason));
}

void Context::inconclusive(SearchOutcome outcome, const std::string& what) {
    const char* why = "could not be judged: the search for a legal order of them reached its bound";
    if (outcome == SearchOutcome::OutOfTime)
        inconclusive(fmt::format("{} {} of {} ms.", what, why, time_.count()));
    else
        inconclusive(fmt::format("{} {} of {} bytes of memory.", what, why, 2 * memory_bytes_));
}

Verdict Context::take_verdict() {
    const auto& allowed = expectations.allow;
    std::erase_if(verdict_.violations, [&](const Violation& violation) {
        return std::find(allowed.begin(), allowed.end(), violation.symptom) != allowed.end();
    });
    std::stable_sort(verdict_.violations.begin(), verdict_.violations.end(),
                     [](const Violation& a, const Violation& b) { return a.symptom < b.symptom; });
    return std::move(verdict_);
}

}  // namespace stagger::check
