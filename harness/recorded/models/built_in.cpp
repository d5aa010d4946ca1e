// SPDX-License-Identifier: Apache-2.0
//
// The models that Stagger's own scenarios are judged by, for recorded histories: registers, lists,
// maps, queues, bags and mutexes.
#include <algorithm>

#include "harness/recorded/models/content.hpp"

namespace stagger::recorded {

namespace {

using check::Op;
using Step = stagger::Operation;

Step step_of(Function function, ObjectType type) {
    switch (function) {
        case Function::Write:
            return Step::Store;
        case Function::Swap:
            return Step::Swap;
        case Function::Add:
            return Step::Add;
        case Function::Cas:
            return Step::Cas;
        case Function::Append:
            return Step::Append;
        case Function::Pop:
            return Step::Pop;
        case Function::Get:
            return Step::Get;
        case Function::Set:
            return Step::Set;
        case Function::Erase:
            return Step::Erase;
        case Function::Put:
            return Step::Put;
        case Function::Take:
            return Step::Take;
        case Function::Size:
            return Step::Size;
        case Function::Lock:
        case Function::TryLock:
            return Step::Lock;
        case Function::Unlock:
            return Step::Unlock;
        default:
            return type == ObjectType::Register ? Step::Load : Step::Read;
    }
}

class BuiltIn : public Model {
public:
    BuiltIn(const Setting& setting, ObjectType type, stagger_fifo_scope scope = STAGGER_FIFO_GLOBAL)
        : setting_(setting), model_(check::model_of(type)) {
        object_.type = type;
        object_.contract.fifo_scope = scope;
        if (setting.initial) object_.initial = *setting.initial;
    }

    State init() override {
        const Value* key = setting_.key == kNone ? nullptr : &setting_.history.values[setting_.key];
        // --initial of a map without keys in the history is the value at the one key there is.
        if (object_.type == ObjectType::Map && !object_.initial.map())
            return check::value_term(setting_.terms, object_.initial);
        return model_.init(around(), key);
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        Op op;
        op.operation = step_of(call.function, object_.type);
        op.known = call.known;
        op.task = call.process;
        op.value = setting_.term_of[call.value];
        op.expected = setting_.term_of[call.expected];
        op.result = setting_.term_of[call.result];
        const bool nothing = call.known && call.result == 0;
        if (call.shape == Shape::Take && nothing) op.status = ResultStatus::Empty;
        if (call.shape == Shape::Try && object_.type == ObjectType::Mutex && call.known &&
            op.result == refused())
            op.status = ResultStatus::Timeout;
        return model_.step(around(), state, op, alternative);
    }

private:
    check::Surroundings around() { return {setting_.terms, object_}; }
    Term refused() { return check::value_term(setting_.terms, Value(false)); }

    Setting setting_;
    const check::Model& model_;
    history::Object object_;
};

}  // namespace

std::unique_ptr<Model> create_list(const Setting& setting) {
    return std::make_unique<BuiltIn>(setting, ObjectType::List);
}

std::unique_ptr<Model> create_map(const Setting& setting) {
    return std::make_unique<BuiltIn>(setting, ObjectType::Map);
}

std::unique_ptr<Model> create_queue(const Setting& setting) {
    return std::make_unique<BuiltIn>(setting, ObjectType::Queue);
}

std::unique_ptr<Model> create_bag(const Setting& setting) {
    return std::make_unique<BuiltIn>(setting, ObjectType::Queue, STAGGER_FIFO_NONE);
}

std::unique_ptr<Model> create_mutex(const Setting& setting) {
    return std::make_unique<BuiltIn>(setting, ObjectType::Mutex);
}

namespace {

// A register that may lag: the state is [tag, newest, older, ..., oldest value still shown].
class Lagging : public Model {
public:
    explicit Lagging(const Setting& setting)
        : setting_(setting), newest_(setting, ObjectType::Register) {}

    State init() override { return store(setting_.terms, {kVersionsTag, newest_.init()}); }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        Words words = load(setting_.terms, state);
        if (call.shape == Shape::Look) {
            if (!call.known) return state;
            const auto shown =
                std::find(words.begin() + 1, words.end(), setting_.term_of[call.result]);
            return shown == words.end() ? std::nullopt : std::optional(state);
        }
        const auto after = newest_.step(words[1], call, 0);
        if (!after) return std::nullopt;
        // A cas that did not write leaves no version behind.
        if (call.function == Function::Cas && *after == words[1] &&
            setting_.term_of[call.value] != *after)
            return state;
        words.insert(words.begin() + 1, *after);
        if (words.size() > setting_.stale_versions + 2) words.pop_back();
        return store(setting_.terms, words);
    }

private:
    Setting setting_;
    BuiltIn newest_;
};

}  // namespace

std::unique_ptr<Model> create_register(const Setting& setting) {
    if (setting.stale_versions > 0) return std::make_unique<Lagging>(setting);
    return std::make_unique<BuiltIn>(setting, ObjectType::Register);
}

}  // namespace stagger::recorded
