// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "harness/recorded/serial.hpp"

namespace stagger::recorded {

namespace {

// The calls of one process, or one call of unknown outcome: it may come at any time after those
// that its process made before it, or never.
struct Lane {
    std::vector<std::uint32_t> calls;
    bool optional = false;
    std::uint32_t after_lane = kNone;  // of an optional one
    std::uint32_t after_count = 0;
};

// Depth first over how far each lane has come; what was reached once is not entered again. What
// only looks, and may, goes at once: nothing can be lost by that.
class SerialSearch {
public:
    SerialSearch(const History& history, const ModelInfo& model, const Part& part,
                 const JudgeOptions& options, std::vector<Term>& term_of, const PartLimits& limits)
        : history_(history),
          part_(part),
          limits_(limits),
          terms_(limits.memory_bytes),
          visited_(limits.memory_bytes),
          term_of_(term_of) {
        check::nil_term(terms_);
        for (const Call& call : part.calls)
            for (const std::uint32_t value : {call.value, call.expected, call.result})
                term_of_[value] = check::value_term(terms_, history.values[value]);
        make_lanes();
        make_models(model, options);
    }
    ~SerialSearch() {
        for (const Call& call : part_.calls)
            term_of_[call.value] = term_of_[call.expected] = term_of_[call.result] = 0;
    }
    SerialSearch(const SerialSearch&) = delete;
    SerialSearch& operator=(const SerialSearch&) = delete;

    SerialVerdict run() {
        SerialVerdict found = search();
        for (const auto& model : models_) {
            if (!model->failure()) continue;
            found = inconclusive(model->failure()->message.c_str());
            found.verdict.model_failed = true;
            break;
        }
        return found;
    }

private:
    SerialVerdict search() {
        Choice choice = first_choice();
        for (std::uint64_t steps = 1; left_ > 0; ++steps) {
            if (terms_.exhausted() || visited_.exhausted())
                return inconclusive("the search used up the memory allowed");
            if (steps % 1024 == 0 && limits_.out_of_time())
                return inconclusive("the search used up the time allowed");
            if (advance(choice)) {
                choice = first_choice();
                continue;
            }
            remember_longest();
            if (!retreat(choice)) return violation();
        }
        return {PartVerdict{Answer::Ok, Algorithm::SerialSearch, "", kNone}, {}};
    }

    struct Choice {
        std::uint32_t lane = 0;
        unsigned alternative = 0;
        bool forced = false;  // there is no need to try anything else here
    };
    struct Frame {
        Choice choice;
        std::uint32_t call;
        State before;
    };

    void make_lanes() {
        std::map<std::uint32_t, std::uint32_t> lane_of;
        for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
            const Call& call = part_.calls[i];
            const auto [found, is_new] =
                lane_of.try_emplace(call.process, static_cast<std::uint32_t>(lanes_.size()));
            if (is_new) lanes_.emplace_back();
            if (call.responded != kNone) {
                lanes_[found->second].calls.push_back(i);
                ++left_;
                continue;
            }
            const auto before = static_cast<std::uint32_t>(lanes_[found->second].calls.size());
            lanes_.push_back({{i}, true, found->second, before});
        }
        done_.assign(lanes_.size(), 0);
    }

    void make_models(const ModelInfo& model, const JudgeOptions& options) {
        std::map<std::uint32_t, std::uint32_t> model_of_key;
        for (const Call& call : part_.calls) {
            const std::uint32_t key = history_.operations[call.operation].key;
            const auto [found, is_new] =
                model_of_key.try_emplace(key, static_cast<std::uint32_t>(models_.size()));
            if (is_new) {
                models_.push_back(model.create({terms_, history_, term_of_, options.initial, key,
                                                options.stale_versions, model.script}));
                states_.push_back(models_.back()->init());
            }
            model_of_.push_back(found->second);
        }
    }

    // kNone where the lane is at its end, or must wait.
    std::uint32_t next_call(std::uint32_t lane) const {
        const Lane& at = lanes_[lane];
        if (done_[lane] == at.calls.size()) return kNone;
        if (at.optional && done_[at.after_lane] < at.after_count) return kNone;
        return at.calls[done_[lane]];
    }

    std::optional<State> after(std::uint32_t call, unsigned alternative) {
        const std::uint32_t model = model_of_[call];
        return models_[model]->step(states_[model], part_.calls[call], alternative);
    }

    Choice first_choice() {
        for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
            const std::uint32_t call = next_call(lane);
            if (call == kNone || !only_looks(part_.calls[call], history_.values)) continue;
            if (after(call, 0)) return {lane, 0, true};
        }
        return {};
    }

    // Lets the chosen call, or the next one that can, take effect. False where none can.
    bool advance(Choice choice) {
        for (; choice.lane < lanes_.size(); ++choice.lane, choice.alternative = 0) {
            const std::uint32_t call = next_call(choice.lane);
            if (call == kNone) continue;
            for (;; ++choice.alternative) {
                const auto state = after(call, choice.alternative);
                if (!state || terms_.exhausted()) break;
                const Frame frame{choice, call, states_[model_of_[call]]};
                states_[model_of_[call]] = *state;
                ++done_[choice.lane];
                if (is_new()) {
                    frames_.push_back(frame);
                    if (!lanes_[choice.lane].optional) --left_;
                    return true;
                }
                --done_[choice.lane];
                states_[model_of_[call]] = frame.before;
            }
            if (choice.forced) return false;
        }
        return false;
    }

    bool is_new() {
        scratch_.assign(done_.begin(), done_.end());
        scratch_.insert(scratch_.end(), states_.begin(), states_.end());
        if (visited_.contains(scratch_)) return false;
        visited_.intern(scratch_);
        return true;
    }

    // Takes back the last call, and gives what to try in its place.
    bool retreat(Choice& choice) {
        while (!frames_.empty()) {
            const Frame frame = frames_.back();
            frames_.pop_back();
            --done_[frame.choice.lane];
            states_[model_of_[frame.call]] = frame.before;
            if (!lanes_[frame.choice.lane].optional) ++left_;
            if (frame.choice.forced) continue;
            choice = {frame.choice.lane, frame.choice.alternative + 1, false};
            return true;
        }
        return false;
    }

    void remember_longest() {
        if (frames_.size() < longest_.size() || (frames_.empty() && !longest_.empty())) return;
        if (frames_.size() == longest_.size() && stuck_ != kNone) return;
        longest_.clear();
        for (const Frame& frame : frames_) longest_.push_back(frame.call);
        stuck_ = kNone;
        for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
            const std::uint32_t call = next_call(lane);
            if (call != kNone && !lanes_[lane].optional) stuck_ = std::min(stuck_, call);
        }
    }

    SerialVerdict inconclusive(const char* reason) const {
        return {PartVerdict{Answer::Inconclusive, Algorithm::SerialSearch, reason, kNone}, {}};
    }
    SerialVerdict violation() const {
        if (terms_.exhausted()) return inconclusive("the search used up the memory allowed");
        return {PartVerdict{Answer::Violation, Algorithm::SerialSearch,
                            "in no order of all operations, with those of each process as it made "
                            "them, can it do that",
                            stuck_},
                longest_};
    }

    const History& history_;
    const Part& part_;
    PartLimits limits_;
    check::Terms terms_, visited_;
    std::vector<Term>& term_of_;
    std::vector<Lane> lanes_;
    std::vector<std::uint32_t> done_;  // by lane
    std::vector<std::unique_ptr<Model>> models_;
    std::vector<State> states_;            // by model
    std::vector<std::uint32_t> model_of_;  // by call
    std::vector<Frame> frames_;
    std::vector<std::uint32_t> scratch_, longest_;
    std::size_t left_ = 0;
    std::uint32_t stuck_ = kNone;
};

}  // namespace

SerialVerdict judge_sequential(const History& history, const ModelInfo& model, const Part& part,
                               const JudgeOptions& options, std::vector<Term>& term_of,
                               const PartLimits& limits) {
    return SerialSearch(history, model, part, options, term_of, limits).run();
}

}  // namespace stagger::recorded
