// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/check/linear/frontier.hpp"

namespace stagger::recorded {

namespace {

// Whether that response came before the one of `stuck`; of those at one time, by their order.
bool responded_before(const Part& part, std::uint32_t call, std::uint32_t stuck) {
    const std::uint32_t mine = part.calls[call].responded;
    const std::uint32_t end = part.calls[stuck].responded;
    return mine != kNone && (mine < end || (mine == end && call < stuck));
}

}  // namespace

std::vector<std::uint32_t> open_at(const Part& part, std::uint32_t stuck) {
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < part.calls.size(); ++i)
        if (i != stuck && part.calls[i].invoked <= part.calls[stuck].responded &&
            !responded_before(part, i, stuck))
            open.push_back(i);
    return open;
}

PartSearch::PartSearch(const History& history, const ModelInfo& model, const Part& part,
                       const JudgeOptions& options, std::vector<Term>& term_of)
    : history_(history),
      info_(model),
      part_(part),
      terms_(options.memory_bytes / 2),
      term_of_(term_of) {
    const auto need = [this](std::uint32_t value) {
        if (term_of_[value] == 0)
            term_of_[value] = check::value_term(terms_, history_.values[value]);
    };
    // Term 0 is nil's, so that it can stand for "not yet".
    check::nil_term(terms_);
    for (const Call& call : part.calls) {
        need(call.value);
        need(call.expected);
        need(call.result);
        intervals_.push_back({call.invoked, call.responded});
        looks_.push_back(recorded::only_looks(call, history.values) ? 1 : 0);
    }
    model_ = model.create({terms_, history_, term_of_, options.initial, part.key,
                           options.stale_versions, model.script});
}

PartSearch::~PartSearch() {
    for (const Call& call : part_.calls)
        term_of_[call.value] = term_of_[call.expected] = term_of_[call.result] = 0;
}

std::optional<State> PartSearch::step(State state, std::uint32_t op, unsigned alternative) {
    return model_->step(state, part_.calls[op], alternative);
}

PartVerdict PartSearch::verdict_of(check::SearchOutcome outcome, std::uint32_t stuck,
                                   Algorithm algorithm) {
    PartVerdict verdict;
    verdict.algorithm = algorithm;
    if (const Error* failure = model_->failure()) {
        verdict.answer = Answer::Inconclusive;
        verdict.reason = failure->message;
        verdict.model_failed = true;
        return verdict;
    }
    switch (outcome) {
        case check::SearchOutcome::Found:
            break;
        case check::SearchOutcome::Impossible:
            verdict.answer = Answer::Violation;
            verdict.stuck = stuck;
            break;
        case check::SearchOutcome::OutOfMemory:
            verdict.answer = Answer::Inconclusive;
            verdict.reason = "the search used up the memory allowed";
            break;
        case check::SearchOutcome::OutOfTime:
            verdict.answer = Answer::Inconclusive;
            verdict.reason = "the search used up the time allowed";
            break;
    }
    return verdict;
}

PartVerdict PartSearch::depth_first(const PartLimits& limits, std::uint64_t steps) {
    check::SearchLimits search;
    search.memory_bytes = limits.memory_bytes;
    search.deadline = limits.deadline;
    search.steps = steps;
    const check::SearchResult result = check::find_order(intervals_, model_->init(), *this, search);
    return verdict_of(result.outcome, result.stuck, Algorithm::WingGongLowe);
}

PartVerdict PartSearch::in_order_of_time(const PartLimits& limits) {
    check::SearchLimits search;
    search.memory_bytes = limits.memory_bytes;
    search.deadline = limits.deadline;
    const check::FrontierResult result =
        check::find_by_frontier(intervals_, model_->init(), *this, twins(), search);
    PartVerdict verdict = verdict_of(result.outcome, result.stuck, Algorithm::Frontier);
    if (verdict.answer == Answer::Violation && part_.calls[result.stuck].shape == Shape::Look) {
        const std::string held = values_in(result.states);
        if (!held.empty())
            verdict.reason = fmt::format("the {} can only have been {} then", info_.name, held);
    }
    return verdict;
}

// "1 or 2", where states are values that the history knows.
std::string PartSearch::values_in(const std::vector<State>& states) const {
    constexpr std::size_t kMost = 6;
    if (states.empty() || states.size() > kMost) return "";
    std::vector<std::string> shown;
    for (const State state : states) {
        const auto found =
            state == 0 ? term_of_.begin() : std::find(term_of_.begin(), term_of_.end(), state);
        if (found == term_of_.end()) return "";
        shown.push_back(
            history_.values[static_cast<std::uint32_t>(found - term_of_.begin())].to_string());
    }
    std::sort(shown.begin(), shown.end());
    std::string text;
    for (std::size_t i = 0; i < shown.size(); ++i)
        text += (i == 0 ? "" : i + 1 == shown.size() ? " or " : ", ") + shown[i];
    return text;
}

// Calls without a response that do the same: which of them takes effect makes no difference,
// except to a model that looks at the process.
std::vector<std::uint32_t> PartSearch::twins() const {
    std::vector<std::uint32_t> twins(part_.calls.size(), kNone);
    std::map<std::tuple<Function, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> last;
    for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
        const Call& call = part_.calls[i];
        if (call.responded != kNone || call.function == Function::Custom) continue;
        const bool by_process = call.shape == Shape::Bare || call.shape == Shape::Try;
        const auto [found, is_new] = last.try_emplace(
            {call.function, call.value, call.expected, by_process ? call.process : kNone}, i);
        if (is_new) continue;
        twins[i] = found->second;
        found->second = i;
    }
    return twins;
}

bool PartSearch::order_before(std::uint32_t stuck, const PartLimits& limits,
                              std::vector<std::uint32_t>& order) {
    std::vector<check::Interval> before;
    std::vector<std::uint32_t> calls;
    for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
        const Call& call = part_.calls[i];
        if (i == stuck || call.invoked > part_.calls[stuck].responded) continue;
        before.push_back(
            {call.invoked, responded_before(part_, i, stuck) ? call.responded : kNone});
        calls.push_back(i);
    }
    // The calls that are left, by their own numbers.
    class Renumbered : public check::Transitions {
    public:
        Renumbered(PartSearch& all, const std::vector<std::uint32_t>& left)
            : all_(all), left_(left) {}
        std::optional<State> step(State state, std::uint32_t op, unsigned alternative) override {
            return all_.step(state, left_[op], alternative);
        }
        bool exhausted() const override { return all_.exhausted(); }

    private:
        PartSearch& all_;
        const std::vector<std::uint32_t>& left_;
    } transitions(*this, calls);
    check::SearchLimits search;
    search.memory_bytes = limits.memory_bytes;
    search.deadline = limits.deadline;
    search.steps = 50 * calls.size() + 1'000'000;
    const check::SearchResult result =
        check::find_order(before, model_->init(), transitions, search);
    if (result.outcome != check::SearchOutcome::Found || model_->failure()) return false;
    for (const std::uint32_t op : result.order) order.push_back(calls[op]);
    return true;
}

}  // namespace stagger::recorded
