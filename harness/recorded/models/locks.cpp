// SPDX-License-Identifier: Apache-2.0
//
// A readers-writer lock, whose state is the owner for writing (or none) and the owners for reading,
// and a semaphore, whose state is its permits. An attempt that was refused is legal only at a
// moment when it had to be, of the former: when somebody holds it.
#include <algorithm>

#include "harness/recorded/models/content.hpp"

namespace stagger::recorded {

namespace {

class Rwlock : public Model {
public:
    explicit Rwlock(const Setting& setting)
        : setting_(setting), refused_(check::value_term(setting.terms, Value(false))) {}

    State init() override { return store(setting_.terms, {kRwlockTag, 0}); }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        Words words = load(setting_.terms, state);
        const std::uint32_t me = call.process + 1;
        const bool shared =
            call.function == Function::LockShared || call.function == Function::UnlockShared;
        if (call.function == Function::Lock || call.function == Function::LockShared) {
            const bool free = words[1] == 0 && (shared || words.size() == 2);
            // Readers may be refused for a writer that waits behind other readers.
            const bool held = words[1] != 0 || words.size() > 2;
            if (call.known && setting_.term_of[call.result] == refused_)
                return held ? std::optional(state) : std::nullopt;
            if (!free) return std::nullopt;
            if (shared)
                words.insert(std::upper_bound(words.begin() + 2, words.end(), me), me);
            else
                words[1] = me;
            return store(setting_.terms, words);
        }
        if (shared) {
            const auto held = std::find(words.begin() + 2, words.end(), me);
            if (held == words.end()) return std::nullopt;
            words.erase(held);
        } else {
            if (words[1] != me) return std::nullopt;
            words[1] = 0;
        }
        return store(setting_.terms, words);
    }

private:
    Setting setting_;
    Term refused_;
};

class Semaphore : public Model {
public:
    explicit Semaphore(const Setting& setting)
        : setting_(setting), refused_(check::value_term(setting.terms, Value(false))) {}

    State init() override {
        const bool given = setting_.initial && setting_.initial->integer();
        const std::int64_t permits = given ? *setting_.initial->integer() : 1;
        return static_cast<State>(std::clamp<std::int64_t>(permits, 0, kMost));
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        const Value& value = setting_.history.values[call.value];
        const auto permits = static_cast<State>(
            value.integer() ? std::clamp<std::int64_t>(*value.integer(), 0, kMost) : 1);
        if (call.function == Function::Release) return std::min<State>(state + permits, kMost);
        const bool enough = state >= permits;
        if (call.known && setting_.term_of[call.result] == refused_)
            return enough ? std::nullopt : std::optional(state);
        return enough ? std::optional(state - permits) : std::nullopt;
    }

private:
    // More than anyone can take is as good as any such number.
    static constexpr std::int64_t kMost = std::int64_t{1} << 30;

    Setting setting_;
    Term refused_;
};

}  // namespace

std::unique_ptr<Model> create_rwlock(const Setting& setting) {
    return std::make_unique<Rwlock>(setting);
}

std::unique_ptr<Model> create_semaphore(const Setting& setting) {
    return std::make_unique<Semaphore>(setting);
}

}  // namespace stagger::recorded
