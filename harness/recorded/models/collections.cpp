// SPDX-License-Identifier: Apache-2.0
//
// A stack, whose state is its items from the bottom up; a set, whose state is its elements in the
// order of their terms; and a priority queue, whose state is its items from the least up.
#include <algorithm>
#include <map>

#include "harness/recorded/models/content.hpp"

namespace stagger::recorded {

namespace {

class Stack : public Model {
public:
    explicit Stack(const Setting& setting) : setting_(setting) {}

    State init() override { return store(setting_.terms, initial_words(setting_, kStackTag)); }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        Words words = load(setting_.terms, state);
        if (call.function == Function::Push) {
            words.push_back(setting_.term_of[call.value]);
            return store(setting_.terms, words);
        }
        if (words.size() <= 1)
            return !call.known || call.result == 0 ? std::optional(state) : std::nullopt;
        if (call.known && (call.result == 0 || setting_.term_of[call.result] != words.back()))
            return std::nullopt;
        if (call.function == Function::Peek) return state;
        words.pop_back();
        return store(setting_.terms, words);
    }

private:
    Setting setting_;
};

class Set : public Model {
public:
    explicit Set(const Setting& setting)
        : setting_(setting),
          yes_(check::value_term(setting.terms, Value(true))),
          no_(check::value_term(setting.terms, Value(false))) {}

    State init() override { return store_sorted(initial_words(setting_, kSetTag)); }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        Words words = load(setting_.terms, state);
        if (call.function == Function::Read) return read(state, call);
        const Term element = setting_.term_of[call.value];
        const auto place = std::lower_bound(words.begin() + 1, words.end(), element);
        const bool there = place != words.end() && *place == element;
        const bool changes = call.function == Function::Insert ? !there : there;
        if (call.known && setting_.term_of[call.result] != (changes ? yes_ : no_))
            return std::nullopt;
        if (!changes || call.function == Function::Contains) return state;
        if (there)
            words.erase(place);
        else
            words.insert(place, element);
        return store(setting_.terms, words);
    }

private:
    std::optional<State> read(State state, const Call& call) {
        if (!call.known) return state;
        const Value::List* list = setting_.history.values[call.result].list();
        if (!list) return std::nullopt;
        Words seen{kSetTag};
        for (const Value& item : *list) seen.push_back(check::value_term(setting_.terms, item));
        return store_sorted(std::move(seen)) == state ? std::optional(state) : std::nullopt;
    }

    State store_sorted(Words words) {
        std::sort(words.begin() + 1, words.end());
        words.erase(std::unique(words.begin() + 1, words.end()), words.end());
        return store(setting_.terms, words);
    }

    Setting setting_;
    Term yes_, no_;
};

class PriorityQueue : public Model {
public:
    explicit PriorityQueue(const Setting& setting) : setting_(setting) {}

    State init() override {
        Words words = initial_words(setting_, kHeapTag);
        if (words.size() > 1)
            for (const Value& item : *setting_.initial->list())
                values_.emplace(check::value_term(setting_.terms, item), item);
        std::stable_sort(words.begin() + 1, words.end(),
                         [this](Term a, Term b) { return values_[a] < values_[b]; });
        return store(setting_.terms, words);
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        Words words = load(setting_.terms, state);
        if (call.function == Function::Put) {
            const Term item = setting_.term_of[call.value];
            values_.try_emplace(item, setting_.history.values[call.value]);
            const auto place =
                std::upper_bound(words.begin() + 1, words.end(), item,
                                 [this](Term a, Term b) { return values_[a] < values_[b]; });
            words.insert(place, item);
            return store(setting_.terms, words);
        }
        if (words.size() <= 1)
            return !call.known || call.result == 0 ? std::optional(state) : std::nullopt;
        if (call.known && (call.result == 0 || setting_.term_of[call.result] != words[1]))
            return std::nullopt;
        if (call.function == Function::PeekLeast) return state;
        words.erase(words.begin() + 1);
        return store(setting_.terms, words);
    }

private:
    Setting setting_;
    std::map<Term, Value> values_;
};

}  // namespace

std::unique_ptr<Model> create_stack(const Setting& setting) {
    return std::make_unique<Stack>(setting);
}

std::unique_ptr<Model> create_set(const Setting& setting) {
    return std::make_unique<Set>(setting);
}

std::unique_ptr<Model> create_priority_queue(const Setting& setting) {
    return std::make_unique<PriorityQueue>(setting);
}

}  // namespace stagger::recorded
