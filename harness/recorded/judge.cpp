// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/recorded/distinct.hpp"
#include "harness/recorded/part.hpp"
#include "harness/recorded/serial.hpp"

namespace stagger::recorded {

namespace {

// What is wrong with the call that could not be explained, in one sentence.
std::string why(const History& history, const Part& part, const PartVerdict& verdict) {
    const Operation& operation = history.operations[part.calls[verdict.stuck].operation];
    const std::string what = describe(history, operation);
    if (!verdict.reason.empty()) return fmt::format("{}: {}.", what, verdict.reason);
    return fmt::format("{}: no order of the operations before it and beside it lets it do that.",
                       what);
}

class Judge {
public:
    Judge(History& history, const ModelInfo& model, const JudgeOptions& options)
        : history_(history),
          model_(model),
          options_(options),
          limits_{options.memory_bytes / 4, options.deadline} {}

    Result<Judgement> run() {
        STAGGER_TRY(const std::vector<Part> parts, calls_of(history_, model_, options_));
        judgement_.parts = static_cast<std::uint32_t>(parts.size());
        if (parts.empty()) {
            judgement_.answer = Answer::Inconclusive;
            judgement_.reason =
                "no operation in it tells anything by its result, so it is no evidence";
            return std::move(judgement_);
        }
        DistinctJudge distinct(history_, model_, options_);
        term_of_.assign(history_.values.size(), 0);
        if (options_.consistency != Consistency::Linearizable) return judge_whole(parts);
        for (const Part& part : parts) {
            judgement_.judged += static_cast<std::uint32_t>(part.calls.size());
            if (judgement_.answer != Answer::Violation) take(part, judge_part(part, distinct));
            if (model_error_) return *model_error_;
        }
        return std::move(judgement_);
    }

private:
    // All keys together: without real time they are not independent.
    Result<Judgement> judge_whole(const std::vector<Part>& parts) {
        const Part& all = parts.front();
        judgement_.judged = static_cast<std::uint32_t>(all.calls.size());
        if (options_.consistency == Consistency::Causal) {
            const PartVerdict verdict = judge_causal(history_, model_, all, options_, limits_);
            take(all, verdict);
            return std::move(judgement_);
        }
        const SerialVerdict found =
            judge_sequential(history_, model_, all, options_, term_of_, limits_);
        take(all, found.verdict);
        if (model_error_) return *model_error_;
        judgement_.order_known = judgement_.answer == Answer::Violation;
        for (const std::uint32_t call : found.order)
            judgement_.order.push_back(all.calls[call].operation);
        judgement_.explained = static_cast<std::uint32_t>(found.order.size());
        return std::move(judgement_);
    }

    PartVerdict judge_part(const Part& part, DistinctJudge& distinct) {
        const Algorithm wanted = options_.algorithm;
        if (wanted == Algorithm::Automatic || wanted == Algorithm::Distinct) {
            if (const auto verdict = distinct.judge(part, limits_))
                return verdict->stuck_is_first ? *verdict : with_first_stuck(part, *verdict);
        }
        return search_part(part);
    }

    // The same verdict, with the first response that has no explanation where a search finds it.
    PartVerdict with_first_stuck(const Part& part, PartVerdict verdict) {
        PartSearch search(history_, model_, part, options_, term_of_);
        const PartVerdict searched = search.in_order_of_time(limits_);
        if (searched.answer == Answer::Violation) verdict.stuck = searched.stuck;
        return verdict;
    }

    PartVerdict search_part(const Part& part) {
        PartSearch search(history_, model_, part, options_, term_of_);
        // Where an order exists, going down finds it almost at once. Where it does not do so soon,
        // the other search has the better bounds.
        const std::uint64_t soon = 64 * part.calls.size() + 100'000;
        if (options_.algorithm == Algorithm::WingGongLowe)
            return search.depth_first(limits_, std::numeric_limits<std::uint64_t>::max());
        PartVerdict verdict;
        if (options_.algorithm != Algorithm::Frontier) {
            verdict = search.depth_first(limits_, soon);
            if (verdict.answer == Answer::Ok || verdict.model_failed) return verdict;
        }
        PartVerdict second = search.in_order_of_time(limits_);
        // What the first search saw stands, even where the second ran out of its bounds.
        return second.answer == Answer::Inconclusive && verdict.answer == Answer::Violation
                   ? verdict
                   : second;
    }

    void take(const Part& part, const PartVerdict& verdict) {
        auto& used = judgement_.algorithms;
        if (std::find(used.begin(), used.end(), verdict.algorithm) == used.end())
            used.push_back(verdict.algorithm);
        if (verdict.answer == Answer::Ok) return;
        if (verdict.model_failed) {
            model_error_ = std::make_unique<Error>(Error{verdict.reason});
            return;
        }
        if (verdict.answer == Answer::Inconclusive) {
            if (judgement_.answer == Answer::Inconclusive) return;
            judgement_.answer = Answer::Inconclusive;
            judgement_.key = part.key;
            judgement_.reason = verdict.reason;
            return;
        }
        judgement_.answer = Answer::Violation;
        judgement_.key = part.key;
        judgement_.reason = why(history_, part, verdict);
        judgement_.stuck = part.calls[verdict.stuck].operation;
        if (options_.consistency == Consistency::Linearizable) explain(part, verdict.stuck);
    }

    void explain(const Part& part, std::uint32_t stuck) {
        for (const std::uint32_t call : open_at(part, stuck))
            judgement_.concurrent.push_back(part.calls[call].operation);
        PartSearch search(history_, model_, part, options_, term_of_);
        std::vector<std::uint32_t> order;
        judgement_.order_known = search.order_before(stuck, limits_, order);
        for (const std::uint32_t call : order)
            judgement_.order.push_back(part.calls[call].operation);
        judgement_.explained = static_cast<std::uint32_t>(order.size());
    }

    History& history_;
    const ModelInfo& model_;
    const JudgeOptions& options_;
    PartLimits limits_;
    std::vector<Term> term_of_;
    Judgement judgement_;
    std::unique_ptr<Error> model_error_;
};

}  // namespace

std::string_view name(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::Automatic:
            return "none";
        case Algorithm::Distinct:
            return "distinct values";
        case Algorithm::WingGongLowe:
            return "Wing-Gong-Lowe";
        case Algorithm::Frontier:
            return "frontier";
        case Algorithm::SerialSearch:
            return "serial search";
        case Algorithm::CausalPatterns:
            return "causal patterns";
    }
    return "";
}

Result<Judgement> judge(History& history, const ModelInfo& model, const JudgeOptions& options) {
    return Judge(history, model, options).run();
}

}  // namespace stagger::recorded
