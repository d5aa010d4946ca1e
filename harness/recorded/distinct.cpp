// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/distinct.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagger::recorded {

namespace {

using check::Decision;
using check::Finding;
using check::Interval;
using check::Pattern;

std::vector<std::uint32_t> ends_of(const Part& part) {
    std::vector<std::uint32_t> ends;
    ends.reserve(part.calls.size());
    for (const Call& call : part.calls) ends.push_back(call.responded);
    return ends;
}

}  // namespace

DistinctJudge::DistinctJudge(History& history, const ModelInfo& model, const JudgeOptions& options)
    : history_(history), model_(model), options_(options) {
    if (options.initial) {
        initial_ = history.values.intern(*options.initial);
        if (const Value::List* items = options.initial->list())
            for (const Value& item : *items) initial_items_.push_back(history.values.intern(item));
    }
    numbers_.resize(history.values.size());
}

void DistinctJudge::forget() {
    ++epoch_;
    count_ = 0;
    writer_.clear();
}

std::uint32_t DistinctJudge::number_of(std::uint32_t value) {
    if (!is_known(value)) numbers_[value] = {epoch_, count_++};
    return numbers_[value].number;
}

std::optional<PartVerdict> DistinctJudge::judge(const Part& part, const PartLimits& limits) {
    if (options_.stale_versions > 0 || model_.fast == Fast::None) return std::nullopt;
    const std::optional<Finding> finding = judge_with(part, ends_of(part));
    if (!finding || finding->decision == Decision::Undecided) return std::nullopt;
    PartVerdict verdict;
    verdict.algorithm = Algorithm::Distinct;
    if (finding->decision == Decision::Legal) return verdict;
    verdict.answer = Answer::Violation;
    verdict.stuck = first_illegal(part, limits);
    // Of what is taken without anyone knowing what, a prefix leaves more open than the whole.
    verdict.stuck_is_first =
        std::none_of(part.calls.begin(), part.calls.end(),
                     [](const Call& call) { return call.shape == Shape::Take && !call.known; });
    std::vector<std::uint32_t> ends = ends_of(part);
    const Call& stuck = part.calls[verdict.stuck];
    for (std::uint32_t i = 0; i < ends.size(); ++i)
        if (ends[i] != kNone &&
            (ends[i] > stuck.responded || (ends[i] == stuck.responded && i > verdict.stuck)))
            ends[i] = kNone;
    // The pattern that shows at that moment, rather than one that shows later.
    const std::optional<Finding> first = judge_with(part, ends);
    verdict.reason =
        sentence(part, first && first->decision == Decision::Illegal ? *first : *finding);
    return verdict;
}

// A prefix of a legal history is legal: the first response with which it is not, by halving.
std::uint32_t DistinctJudge::first_illegal(const Part& part, const PartLimits& limits) {
    std::vector<std::uint32_t> responses;
    for (std::uint32_t i = 0; i < part.calls.size(); ++i)
        if (part.calls[i].responded != kNone) responses.push_back(i);
    std::sort(responses.begin(), responses.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(part.calls[a].responded, a) < std::pair(part.calls[b].responded, b);
    });
    // With the first `legal` of them it is legal, with the first `illegal` it is not.
    std::size_t legal = 0;
    std::size_t illegal = responses.size();
    while (illegal - legal > 1 && !limits.out_of_time()) {
        const std::size_t middle = legal + (illegal - legal) / 2;
        std::vector<std::uint32_t> ends(part.calls.size(), kNone);
        for (std::size_t i = 0; i < middle; ++i)
            ends[responses[i]] = part.calls[responses[i]].responded;
        const std::optional<Finding> finding = judge_with(part, ends);
        const bool bad = finding && finding->decision == Decision::Illegal;
        (bad ? illegal : legal) = middle;
    }
    return responses[illegal - 1];
}

std::optional<Finding> DistinctJudge::judge_with(const Part& part, const Ends& ends) {
    switch (model_.fast) {
        case Fast::Register:
            return judge_register(part, ends);
        case Fast::Set:
            return judge_set(part, ends);
        default:
            return judge_container(part, ends);
    }
}

// False where a value is written twice, or where an operation is not one of these.
bool DistinctJudge::collect_writers(const Part& part) {
    forget();
    writer_.resize(1, kNone);
    number_of(initial_);
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        const Call& call = part.calls[i];
        const bool looks = call.function == Function::Read;
        const bool writes = call.function == Function::Write || call.function == Function::Swap ||
                            call.function == Function::Cas;
        if (!looks && !writes) return false;
        if (call.function == Function::Cas && only_looks(call, history_.values)) return false;
        // A swap of which it is not known what it saw has no place in a chain.
        if (call.function == Function::Swap && !call.known) return false;
        if (!writes) {
            number_of(call.result);
        } else {
            const std::uint32_t number = number_of(call.value);
            writer_.resize(std::max<std::size_t>(writer_.size(), count_), kNone);
            if (number == 0 || writer_[number] != kNone) return false;
            writer_[number] = i;
            if (call.function == Function::Cas) number_of(call.expected);
            if (call.function == Function::Swap) number_of(call.result);
        }
        writer_.resize(std::max<std::size_t>(writer_.size(), count_), kNone);
    }
    return true;
}

// By call, whether it took effect for certain: it responded, or what it wrote was seen.
std::vector<std::uint8_t> DistinctJudge::effective_writes(const Part& part,
                                                          const Ends& ends) const {
    std::vector<std::uint8_t> effective(part.calls.size(), 0);
    std::vector<std::uint32_t> seen;
    const auto see = [&](const Call& call) {
        if (call.function == Function::Read || call.function == Function::Swap)
            seen.push_back(numbers_[call.result].number);
        if (call.function == Function::Cas) seen.push_back(numbers_[call.expected].number);
    };
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        if (ends[i] == kNone) continue;
        effective[i] = 1;
        see(part.calls[i]);
    }
    while (!seen.empty()) {
        const std::uint32_t writer = writer_[seen.back()];
        seen.pop_back();
        if (writer == kNone || effective[writer] != 0) continue;
        effective[writer] = 1;
        see(part.calls[writer]);
    }
    return effective;
}

std::optional<Finding> DistinctJudge::judge_register(const Part& part, const Ends& ends) {
    if (!collect_writers(part)) return std::nullopt;
    const std::vector<std::uint8_t> effective = effective_writes(part, ends);
    std::vector<check::Access> accesses;
    std::vector<std::uint32_t> call_of;
    accesses.reserve(part.calls.size());
    call_of.reserve(part.calls.size());
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        if (effective[i] == 0) continue;
        const Call& call = part.calls[i];
        check::Access access{{call.invoked, ends[i]}, kNone, kNone};
        if (call.function == Function::Read || call.function == Function::Swap)
            access.saw = numbers_[call.result].number;
        if (call.function == Function::Cas) access.saw = numbers_[call.expected].number;
        if (call.function != Function::Read) access.wrote = numbers_[call.value].number;
        accesses.push_back(access);
        call_of.push_back(i);
    }
    Finding finding = check::judge_register(accesses, count_, 0);
    if (finding.first != kNone) finding.first = call_of[finding.first];
    if (finding.second != kNone) finding.second = call_of[finding.second];
    return finding;
}

// Items by what was put in; false where one was put in twice.
bool DistinctJudge::collect_puts(const Part& part, const Ends& ends, check::Container& container) {
    forget();
    const auto add = [&](std::uint32_t value, const Interval& put, std::uint32_t call) {
        if (is_known(value)) return false;
        number_of(value);
        container.items.push_back({put, {kNone, kNone}, call, kNone});
        return true;
    };
    const auto before = static_cast<std::uint32_t>(initial_items_.size());
    container.items.reserve(before + part.calls.size());
    for (std::uint32_t i = 0; i < before; ++i)
        if (!add(initial_items_[i], {i, i}, kNone)) return false;
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        const Call& call = part.calls[i];
        if (call.function != Function::Put && call.function != Function::Push) continue;
        const std::uint32_t end = ends[i] == kNone ? kNone : ends[i] + before;
        if (!add(call.value, {call.invoked + before, end}, i)) return false;
    }
    return true;
}

// What a call took; false where `finding` says that this cannot be.
bool DistinctJudge::give(check::Container& container, std::uint32_t index, const Interval& interval,
                         std::uint32_t value, Finding& finding) {
    const bool responded = interval.responded != kNone;
    if (!is_known(value)) {
        if (responded) finding = {Decision::Illegal, Pattern::SeenTooEarly, index, kNone};
        return !responded;
    }
    check::Item& item = container.items[numbers_[value].number];
    if (!item.taken() || (responded && item.take.responded == kNone)) {
        item.take = interval;
        item.take_op = index;
    } else if (responded) {
        finding = {Decision::Illegal, Pattern::TakenTwice, item.take_op, index};
        return false;
    }
    return true;
}

bool DistinctJudge::collect_takes(const Part& part, const Ends& ends, check::Container& container,
                                  Finding& finding) {
    const auto before = static_cast<std::uint32_t>(initial_items_.size());
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        const Call& call = part.calls[i];
        if (call.function == Function::Put || call.function == Function::Push) continue;
        const std::uint32_t end = ends[i] == kNone ? kNone : ends[i] + before;
        const Interval interval{call.invoked + before, end};
        if (!call.known) {
            container.wild.push_back(interval.invoked);
        } else if (call.result != 0) {
            if (!give(container, i, interval, call.result, finding)) return false;
        } else if (end != kNone) {
            container.empties.push_back(interval);
            container.empty_ops.push_back(i);
        }
    }
    return true;
}

std::optional<Finding> DistinctJudge::judge_container(const Part& part, const Ends& ends) {
    const bool fits = std::all_of(part.calls.begin(), part.calls.end(), [](const Call& call) {
        return call.function == Function::Put || call.function == Function::Push ||
               call.function == Function::Take || call.function == Function::Pop;
    });
    check::Container container;
    Finding finding;
    if (!fits || !collect_puts(part, ends, container)) return std::nullopt;
    if (!collect_takes(part, ends, container, finding)) return finding;
    // What was never put in for certain, and never taken, need not have been there.
    std::erase_if(container.items, [](const check::Item& item) {
        return item.put.responded == kNone && !item.taken();
    });
    switch (model_.fast) {
        case Fast::Queue:
            return check::judge_queue(container);
        case Fast::Stack:
            return check::judge_stack(container);
        case Fast::Bag:
            return check::judge_bag(container);
        default:
            return std::nullopt;
    }
}

std::string DistinctJudge::sentence(const Part& part, const Finding& finding) const {
    const auto of = [&](std::uint32_t index) {
        if (index == kNone) return std::string("what was there at first");
        const Operation& operation = history_.operations[part.calls[index].operation];
        return fmt::format("{} (line {})", describe(history_, operation), operation.invoked_line);
    };
    const std::string first = of(finding.first);
    const std::string second = of(finding.second);
    switch (finding.pattern) {
        case Pattern::SeenTooEarly:
            if (finding.second == kNone)
                return fmt::format("nothing had ever brought the value of {}", first);
            return fmt::format("{} had ended before {} began, which brings its value", first,
                               second);
        case Pattern::TakenTwice:
            return fmt::format("{} and {} took the same value, which was put in once", first,
                               second);
        case Pattern::Interleaved:
            return fmt::format(
                "{} and {} are about two values of which neither can have been there "
                "only before the other or only after it",
                first, second);
        case Pattern::OutOfOrder:
            return fmt::format(
                "{} had ended before {} began, yet what the second put in was taken "
                "out while the first was still there",
                first, second);
        case Pattern::NotNested:
            return fmt::format(
                "what {} and {} put in crosses: neither lay below all that was there "
                "meanwhile",
                first, second);
        case Pattern::NeverEmpty:
            return fmt::format("at no moment of {} can it have been empty", first);
        case Pattern::None:
            break;
    }
    return "";
}

}  // namespace stagger::recorded
