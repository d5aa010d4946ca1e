// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/recorded/serial.hpp"

namespace stagger::recorded {

namespace {

// Sets of operations, one for each operation: those that come before it.
class Relation {
public:
    explicit Relation(std::size_t size) : words_((size + 63) / 64), bits_(size * words_, 0) {}

    bool has(std::uint32_t before, std::uint32_t after) const {
        return (bits_[after * words_ + before / 64] >> (before % 64) & 1) != 0;
    }
    // Adds `before` and all before it. True if that was news.
    bool add(std::uint32_t before, std::uint32_t after) {
        bool changed = !has(before, after);
        bits_[after * words_ + before / 64] |= std::uint64_t{1} << (before % 64);
        for (std::size_t i = 0; i < words_; ++i) {
            std::uint64_t& mine = bits_[after * words_ + i];
            const std::uint64_t both = mine | bits_[before * words_ + i];
            changed = changed || both != mine;
            mine = both;
        }
        return changed;
    }

private:
    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

class CausalJudge {
public:
    // `of_texts`: values are the same where their texts are, and nil is the empty one.
    CausalJudge(const History& history, const Part& part, const JudgeOptions& options,
                const PartLimits& limits, bool of_texts)
        : history_(history), part_(part), options_(options), limits_(limits), of_texts_(of_texts) {
        for (std::uint32_t i = 0; of_texts && i < history.values.size(); ++i)
            same_.push_back(texts_.try_emplace(text_of(history.values[i]), i).first->second);
    }

    PartVerdict run() {
        verdict_.algorithm = Algorithm::CausalPatterns;
        const std::size_t size = part_.calls.size();
        if (size / 8 * size > limits_.memory_bytes)
            return inconclusive("the history is too long for the memory allowed");
        if (!find_writers() || !find_sources() || !order_causally()) return verdict_;
        for (const auto& [_, calls] : by_process_)
            if (!judge_view(calls)) break;
        return verdict_;
    }

private:
    PartVerdict inconclusive(std::string reason) {
        verdict_.answer = Answer::Inconclusive;
        verdict_.reason = std::move(reason);
        return verdict_;
    }
    bool violation(std::uint32_t call, std::string reason) {
        verdict_.answer = Answer::Violation;
        verdict_.stuck = call;
        verdict_.reason = std::move(reason);
        return false;
    }
    std::string of(std::uint32_t call) const {
        const Operation& operation = history_.operations[part_.calls[call].operation];
        return fmt::format("{} of process {} (line {})", describe(history_, operation),
                           history_.processes[operation.process], operation.invoked_line);
    }
    std::uint32_t key_of(std::uint32_t call) const {
        return history_.operations[part_.calls[call].operation].key;
    }
    bool reads(std::uint32_t call) const { return part_.calls[call].shape == Shape::Look; }

    static std::string text_of(const Value& value) {
        if (value.is_nil()) return "";
        return value.text() ? *value.text() : value.to_string();
    }
    std::uint32_t same(std::uint32_t value) const { return of_texts_ ? same_[value] : value; }
    std::uint32_t find(const Value& value) const {
        if (!of_texts_) return history_.values.find(value);
        const auto found = texts_.find(text_of(value));
        return found == texts_.end() ? kNone : found->second;
    }

    bool find_writers() {
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
            if (reads(i)) continue;
            const Call& call = part_.calls[i];
            const std::pair place{key_of(i), same(call.value)};
            const bool simple = call.function == Function::Write || call.function == Function::Set;
            if (simple && place.second != initial(place.first) &&
                writers_.emplace(place, i).second) {
                writes_[place.first].push_back(i);
                continue;
            }
            inconclusive(fmt::format(
                "causal consistency is judged where there are only reads and writes, and no value "
                "is written twice; {} is none of these",
                of(i)));
            return false;
        }
        return true;
    }

    std::uint32_t initial(std::uint32_t key) const {
        if (!options_.initial) return 0;
        const Value::Map* map = options_.initial->map();
        if (!map || key == kNone) return find(*options_.initial);
        const auto found = map->find(history_.values[key]);
        return found == map->end() ? 0 : find(found->second);
    }

    // Which write each read saw; kNone: what was there at first.
    bool find_sources() {
        source_.assign(part_.calls.size(), kNone);
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
            if (!reads(i)) continue;
            const std::uint32_t seen = same(part_.calls[i].result);
            const auto found = writers_.find({key_of(i), seen});
            if (found != writers_.end())
                source_[i] = found->second;
            else if (seen != initial(key_of(i)))
                return violation(i, "nobody had ever written what it saw");
        }
        return true;
    }

    // What depended on what: the order of each process, and from writes to those who saw them.
    bool order_causally() {
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i)
            by_process_[part_.calls[i].process].push_back(i);
        std::vector<std::vector<std::uint32_t>> after(part_.calls.size());
        std::vector<std::uint32_t> waits(part_.calls.size(), 0);
        const auto edge = [&](std::uint32_t from, std::uint32_t to) {
            after[from].push_back(to);
            ++waits[to];
        };
        for (const auto& [_, calls] : by_process_) {
            std::uint32_t last = kNone;
            for (const std::uint32_t call : calls) {
                if (last != kNone) edge(last, call);
                // A write of unknown outcome may come later than what its process did next.
                if (part_.calls[call].responded != kNone) last = call;
            }
        }
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i)
            if (source_[i] != kNone) edge(source_[i], i);
        std::vector<std::uint32_t> ready;
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i)
            if (waits[i] == 0) ready.push_back(i);
        causal_ = std::make_unique<Relation>(part_.calls.size());
        for (std::size_t at = 0; at < ready.size(); ++at)
            for (const std::uint32_t next : after[ready[at]]) {
                causal_->add(ready[at], next);
                if (--waits[next] == 0) ready.push_back(next);
            }
        if (ready.size() == part_.calls.size()) return true;
        const auto stuck = std::find_if(waits.begin(), waits.end(), [](auto n) { return n > 0; });
        return violation(static_cast<std::uint32_t>(stuck - waits.begin()),
                         "it depends on something that depends on it");
    }

    // Whether one process can have seen all writes in some order. A write that comes before a read,
    // but is not what it saw, must come before that.
    bool judge_view(const std::vector<std::uint32_t>& calls) {
        Relation before = *causal_;
        for (bool changed = true; changed;) {
            changed = false;
            for (const std::uint32_t read : calls) {
                if (!reads(read)) continue;
                if (limits_.out_of_time()) {
                    inconclusive("the time allowed is over");
                    return false;
                }
                if (!order_writes_before(read, before, changed)) return false;
            }
        }
        return true;
    }

    bool order_writes_before(std::uint32_t read, Relation& before, bool& changed) {
        const std::uint32_t source = source_[read];
        for (const std::uint32_t write : writes_[key_of(read)]) {
            if (write == source || !before.has(write, read)) continue;
            if (source == kNone || before.has(source, write))
                return violation(read, fmt::format("{} comes before it for its process, and "
                                                   "replaced what it saw",
                                                   of(write)));
            if (before.has(write, source)) continue;
            changed = true;
            before.add(write, source);
            for (std::uint32_t other = 0; other < part_.calls.size(); ++other)
                if (before.has(source, other)) before.add(source, other);
        }
        return true;
    }

    const History& history_;
    const Part& part_;
    const JudgeOptions& options_;
    PartLimits limits_;
    const bool of_texts_;
    std::vector<std::uint32_t> same_;  // by value: the first with its text
    std::map<std::string, std::uint32_t> texts_;
    PartVerdict verdict_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> writers_;  // by key and value
    std::map<std::uint32_t, std::vector<std::uint32_t>> writes_;                // by key
    std::map<std::uint32_t, std::vector<std::uint32_t>> by_process_;
    std::vector<std::uint32_t> source_;
    std::unique_ptr<Relation> causal_;
};

}  // namespace

PartVerdict judge_causal(const History& history, const ModelInfo& model, const Part& part,
                         const JudgeOptions& options, const PartLimits& limits) {
    if (model.name == "register" || model.name == "cas-register" || model.name == "map" ||
        model.name == "kv")
        return CausalJudge(history, part, options, limits, model.name == "kv").run();
    PartVerdict verdict;
    verdict.algorithm = Algorithm::CausalPatterns;
    verdict.answer = Answer::Inconclusive;
    verdict.reason =
        fmt::format("causal consistency is judged for registers and maps, not for {}", model.name);
    return verdict;
}

}  // namespace stagger::recorded
