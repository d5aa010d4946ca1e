// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/calls.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagger::recorded {

namespace {

std::string first_names(std::span<const FunctionInfo> functions) {
    std::string names;
    for (const FunctionInfo& function : functions)
        names += fmt::format("{}{}", names.empty() ? "" : ", ",
                             function.names.substr(0, function.names.find(' ')));
    return names;
}

class Translator {
public:
    Translator(History& history, const ModelInfo& model, const JudgeOptions& options)
        : history_(history), model_(model), options_(options) {
        for (const std::string& name : history.functions)
            functions_.push_back(find_function(model.functions, name));
        true_ = history_.values.intern(Value(true));
        false_ = history_.values.intern(Value(false));
        const auto reads_all = [](const FunctionInfo* function) {
            return function && function->function == Function::Read;
        };
        by_element_ = model.fast == Fast::Set &&
                      std::none_of(functions_.begin(), functions_.end(), reads_all);
        if (model.script && model.script->has_partition)
            partitioner_ = std::make_unique<Partitioner>(*model.script);
        if (options.key) only_key_ = history_.values.intern(*options.key);
    }

    Result<std::vector<Part>> translate() {
        // Without real time, keys are not independent: all must fit into one order.
        const bool by_key = options_.consistency == Consistency::Linearizable;
        std::unordered_map<std::uint32_t, std::uint32_t> part_of;
        for (std::uint32_t i = 0; i < history_.operations.size(); ++i) {
            const Operation operation = history_.operations[i];
            if (only_key_ != kNone && !has_key(operation)) continue;
            Call call;
            STAGGER_TRY(const bool wanted, read(i, operation, call));
            if (!wanted) continue;
            STAGGER_TRY(const std::uint32_t key,
                        by_key ? part_key(operation, call) : Result<std::uint32_t>(kNone));
            if (parts_.empty() || parts_[last_].key != key) {
                const auto [found, is_new] =
                    part_of.try_emplace(key, static_cast<std::uint32_t>(parts_.size()));
                if (is_new) parts_.push_back({key, {}});
                // Most histories are of one key.
                if (parts_.size() == 1) parts_[0].calls.reserve(history_.operations.size() - i);
                last_ = found->second;
            }
            parts_[last_].calls.push_back(call);
        }
        if (parts_.empty() && only_key_ != kNone)
            return Error{fmt::format("{}: no operation is on the key {}", history_.path,
                                     options_.key->to_string())};
        return std::move(parts_);
    }

private:
    // Objects of Stagger's own histories: `n` stands for n and for all keys of n.
    bool has_key(const Operation& operation) const {
        if (operation.key == only_key_) return true;
        if (operation.key == kNone) return false;
        const Value::List* list = history_.values[operation.key].list();
        return list && list->size() == 2 && (*list)[0] == *options_.key;
    }

    // Elements of a set are independent, too, unless the whole set is read.
    Result<std::uint32_t> part_key(const Operation& operation, const Call& call) {
        if (partitioner_) {
            Result<Value> part = partitioner_->part_of(history_, call);
            if (!part) return error(operation, part.error().message);
            return part->is_nil() ? operation.key : history_.values.intern(*part);
        }
        if (!by_element_) return operation.key;
        if (operation.key == kNone) return operation.argument;
        const Value key = history_.values[operation.key];
        const Value element = history_.values[operation.argument];
        return history_.values.intern(Value(Value::List{key, element}));
    }

    Error error(const Operation& operation, std::string_view message) const {
        return Error{fmt::format("{}:{}: {}", history_.path, operation.invoked_line, message)};
    }

    // False where the operation has no part in the verdict.
    Result<bool> read(std::uint32_t index, const Operation& operation, Call& call) {
        static constexpr FunctionInfo kScripted{Function::Custom, Shape::Raw, ""};
        const FunctionInfo* info = model_.script ? &kScripted : functions_[operation.function];
        if (!info)
            return error(operation, fmt::format("the model {} has no operation {}: expected {}",
                                                model_.name, history_.functions[operation.function],
                                                first_names(model_.functions)));
        if (operation.outcome == Outcome::Failed) return false;
        STAGGER_TRY(auto complete, has_what_it_needs(operation, *info));
        (void)complete;
        const bool returned = operation.outcome == Outcome::Returned;
        call.operation = index;
        call.process = operation.process;
        call.invoked = operation.invoked;
        call.responded = operation.responded;
        call.value = operation.argument;
        call.result = operation.result;
        call.function = info->function;
        call.shape = info->shape;
        call.known = returned;
        STAGGER_TRY(auto shaped, shape(operation, call));
        (void)shaped;
        return returned || !only_looks(call, history_.values);
    }

    Status has_what_it_needs(const Operation& operation, const FunctionInfo& info) const {
        const std::string& name = history_.functions[operation.function];
        const bool of_keys = model_.name == "map" || model_.name == "kv";
        if (of_keys && operation.key == kNone)
            return error(operation, fmt::format("{} has no key: expected one, as the model {} is "
                                                "of values at keys",
                                                name, model_.name));
        // Counters and semaphores go by one where nothing is said.
        const bool by_one = model_.name == "counter" || model_.name == "semaphore";
        const bool needs_value = info.shape == Shape::Write || info.shape == Shape::Exchange ||
                                 info.shape == Shape::Test || info.shape == Shape::Ask;
        if (!needs_value || by_one || operation.has_argument) return Ok{};
        return error(operation, fmt::format("{} has no value: expected one, as the model {} "
                                            "needs to know it",
                                            name, model_.name));
    }

    Status shape(const Operation& operation, Call& call) {
        const bool boolean = history_.values[call.result].boolean() != nullptr;
        switch (call.shape) {
            case Shape::Cas:
                return shape_cas(operation, call);
            case Shape::Exchange:
                call.known = call.known && call.result != 0;
                return Ok{};
            case Shape::Write:
                call.result = 0;
                return numeric(operation, call);
            case Shape::Test:
            case Shape::Try:
                // A log that repeats the argument says only that it went well.
                if (!boolean ||
                    (call.shape == Shape::Test && !is_lock(call) && call.result == call.value))
                    call.known = false;
                if (!boolean && call.responded != kNone && is_lock(call)) {
                    call.known = true;
                    call.result = true_;
                }
                return Ok{};
            case Shape::Ask:
                if (!call.known || boolean) return Ok{};
                return error(operation, fmt::format("{} returned {}: expected true or false",
                                                    history_.functions[operation.function],
                                                    history_.values[call.result].to_string()));
            default:
                return Ok{};
        }
    }

    static bool is_lock(const Call& call) {
        return call.function == Function::Lock || call.function == Function::TryLock ||
               call.function == Function::LockShared || call.function == Function::Acquire;
    }

    Status numeric(const Operation& operation, const Call& call) const {
        const bool counts =
            call.function == Function::Increment || call.function == Function::Decrement;
        const Value& value = history_.values[call.value];
        if (!counts || value.is_nil() || value.integer()) return Ok{};
        return error(operation, fmt::format("a counter changes by whole numbers, not by {}",
                                            value.to_string()));
    }

    Status shape_cas(const Operation& operation, Call& call) {
        const Value argument = history_.values[operation.argument];
        const Value::List* pair = argument.list();
        if (!pair || pair->size() != 2)
            return error(operation, fmt::format("the argument of a cas is {}: expected [expected "
                                                "new], such as [0 3]",
                                                argument.to_string()));
        call.expected = history_.values.intern((*pair)[0]);
        call.value = history_.values.intern((*pair)[1]);
        call.result = operation.result == false_ ? false_ : true_;
        return Ok{};
    }

    History& history_;
    const ModelInfo& model_;
    const JudgeOptions& options_;
    std::vector<const FunctionInfo*> functions_;
    std::vector<Part> parts_;
    std::uint32_t last_ = 0;
    std::uint32_t true_ = 0, false_ = 0;
    std::uint32_t only_key_ = kNone;
    bool by_element_ = false;
    std::unique_ptr<Partitioner> partitioner_;
};

}  // namespace

bool only_looks(const Call& call, const Values& values) {
    const bool* result = values[call.result].boolean();
    const bool refused = call.known && result && !*result;
    switch (call.shape) {
        case Shape::Look:
        case Shape::Ask:
            return true;
        case Shape::Cas:
        case Shape::Try:
        case Shape::Test:
            return refused;
        case Shape::Take:
            return call.function == Function::Peek || call.function == Function::PeekLeast ||
                   (call.known && call.result == 0);
        default:
            return false;
    }
}

std::string describe(const History& history, const Operation& operation) {
    const auto value = [&](std::uint32_t id) {
        constexpr std::size_t kLongest = 60;
        std::string text = history.values[id].to_string();
        if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
        return text;
    };
    std::string text = history.functions[operation.function];
    if (operation.argument != 0) text += " " + value(operation.argument);
    if (operation.outcome == Outcome::Unknown) return text + " (outcome unknown)";
    if (operation.result != operation.argument || operation.argument == 0)
        text += " -> " + value(operation.result);
    return text;
}

Result<std::vector<Part>> calls_of(History& history, const ModelInfo& model,
                                   const JudgeOptions& options) {
    return Translator(history, model, options).translate();
}

}  // namespace stagger::recorded
