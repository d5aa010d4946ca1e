// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "harness/base/check.hpp"
#include "harness/recorded/recorder.hpp"

namespace stagger::recorded {

namespace {

using Random = std::mt19937_64;

std::uint32_t draw(Random& random, std::uint32_t below) {
    return static_cast<std::uint32_t>(random() % below);
}
bool chance(Random& random, double probability) {
    return static_cast<double>(random() >> 11) * 0x1.0p-53 < probability;
}

// What an operation is asked, and by whom.
struct Asked {
    std::string function;
    Value argument;
    std::uint32_t process = 0;
};

// A real object of each type: applies an operation and says what it returned.
class Object {
public:
    explicit Object(std::string model) : model_(std::move(model)) {}

    std::vector<std::string> functions() const {
        static const std::map<std::string, std::vector<std::string>> kFunctions = {
            {"register", {"read", "read", "write", "cas", "swap"}},
            {"plain-register", {"read", "write"}},
            {"counter", {"add", "dec", "read", "add-and-get"}},
            {"list", {"append", "pop", "read"}},
            {"stack", {"push", "pop"}},
            {"stack-with-peek", {"push", "pop", "peek"}},
            {"map", {"get", "set", "erase"}},
            {"kv", {"get", "put", "append"}},
            {"set", {"add", "remove", "contains"}},
            {"set-read", {"add", "remove", "read"}},
            {"grow-set", {"add", "add", "read"}},
            {"queue", {"enqueue", "dequeue"}},
            {"bag", {"put", "take"}},
            {"priority-queue", {"insert", "delete-min", "peek"}},
            {"semaphore", {"acquire", "release"}},
            {"mutex", {"acquire"}},
            {"rwlock", {"lock", "lock-shared"}}};
        return kFunctions.at(model_);
    }

    Value apply(const Asked& asked) {
        const std::string& f = asked.function;
        if (f == "read") return whole();
        if (f == "write" || f == "set" || f == "put") return write(asked.argument, f == "put");
        if (f == "swap") return std::exchange(value_, asked.argument);
        if (f == "cas") return cas(*asked.argument.list());
        if (f == "add" || f == "dec" || f == "add-and-get") return add(asked);
        if (f == "remove" || f == "contains") return member(asked);
        if (f == "get") return value_;
        if (f == "erase") return !std::exchange(value_, Value()).is_nil();
        if (model_ == "mutex" || model_ == "rwlock") return lock(asked);
        if (f == "acquire") return permits_ > 0 ? Value(--permits_ >= 0) : Value(false);
        if (f == "release") return ++permits_, Value();
        return collection(asked);
    }

private:
    Value whole() const {
        if (model_ == "counter") return number_;
        if (model_ == "list" || model_ == "set-read" || model_ == "grow-set")
            return Value::List(items_.begin(), items_.end());
        return value_;
    }
    Value write(const Value& value, bool is_put) {
        if (is_put && model_ == "bag")
            items_.push_back(value);
        else
            value_ = value;
        return {};
    }
    Value cas(const Value::List& pair) {
        if (value_ != pair[0]) return false;
        value_ = pair[1];
        return true;
    }
    Value add(const Asked& asked) {
        if (model_ == "counter") {
            const std::int64_t amount = *asked.argument.integer();
            number_ += asked.function == "dec" ? -amount : amount;
            return number_;
        }
        const bool is_new = !contains(asked.argument);
        if (is_new) items_.push_back(asked.argument);
        // Logs of sets that are read as a whole do not say whether it was new.
        return model_ == "set" ? Value(is_new) : Value();
    }
    Value member(const Asked& asked) {
        const bool there = contains(asked.argument);
        if (asked.function == "remove") std::erase(items_, asked.argument);
        return model_ == "set" ? Value(there) : Value();
    }
    bool contains(const Value& value) const {
        return std::find(items_.begin(), items_.end(), value) != items_.end();
    }
    Value lock(const Asked& asked) {
        const std::string& f = asked.function;
        if (f == "release" || f == "unlock") return writer_.reset(), Value();
        if (f == "unlock-shared") return readers_.erase(asked.process), Value();
        const bool shared = f == "lock-shared";
        if (writer_ || (!shared && !readers_.empty())) return false;
        if (shared)
            readers_.insert(asked.process);
        else
            writer_ = asked.process;
        return true;
    }
    Value collection(const Asked& asked) {
        const std::string& f = asked.function;
        if (f == "append" && model_ == "kv") {
            value_ = (value_.is_nil() ? "" : *value_.text()) + *asked.argument.text();
            return {};
        }
        if (f == "append" || f == "push" || f == "enqueue" || f == "insert") {
            items_.push_back(asked.argument);
            if (f == "insert") std::sort(items_.begin(), items_.end());
            return {};
        }
        if (items_.empty()) return {};
        const bool last = f == "pop" || model_ == "stack-with-peek";
        const Value taken = last ? items_.back() : items_.front();
        if (f == "peek") return taken;
        if (last)
            items_.pop_back();
        else
            items_.pop_front();
        return taken;
    }

    std::string model_;
    Value value_;
    std::int64_t number_ = 0;
    std::int64_t permits_ = 1;
    std::optional<std::uint32_t> writer_;  // who owns a mutex, or a lock for writing
    std::set<std::uint32_t> readers_;
    std::deque<Value> items_;
};

class Generator {
public:
    Generator(const std::string& model, const HistoryShape& shape, Random& random)
        : model_(model),
          shape_(shape),
          random_(random),
          object_(model),
          functions_(object_.functions()),
          states_(shape.processes),
          recorder_("random", "random", 1, {}) {}

    History make() {
        while (started_ < shape_.operations || busy() > 0) step(draw(random_, shape_.processes));
        if (chance(random_, shape_.falsified)) falsify();
        for (Event& event : events_) {
            if (model_ == "map" || model_ == "kv") event.key = Value("k");
            const Status status = recorder_.add(event);
            STAGGER_CHECK(status.ok());
        }
        Result<History> history = recorder_.finish();
        STAGGER_CHECK(history.ok());
        return std::move(*history);
    }

private:
    struct State {
        bool open = false, effective = false;
        Asked asked;
        Value answer;
        std::string name;
        std::uint32_t lives = 0;
        std::string release;  // what gives back the lock that it holds; "" if it holds none
    };

    std::size_t busy() const {
        return static_cast<std::size_t>(std::count_if(
            states_.begin(), states_.end(), [](const State& state) { return state.open; }));
    }

    void step(std::uint32_t index) {
        State& state = states_[index];
        if (!state.open) {
            if (started_ >= shape_.operations) return;
            // After an unknown outcome, a new process takes over, as Jepsen's do.
            const std::uint32_t process = index + state.lives * shape_.processes;
            state.name = std::to_string(process);
            state.asked = ask();
            // Only what is held is given back, and only by its owner.
            if (!state.release.empty()) state.asked = {state.release, {}};
            state.asked.process = process;
            state.open = true;
            state.effective = false;
            log(Event::Type::Invoke, state, state.asked.argument);
            ++started_;
        } else if (!state.effective && chance(random_, shape_.unknown)) {
            if (chance(random_, 0.5)) object_.apply(state.asked);
            log(Event::Type::Info, state, {});
            state.open = false;
            state.release.clear();
            ++state.lives;
        } else if (!state.effective) {
            state.answer = object_.apply(state.asked);
            state.effective = true;
        } else {
            log(Event::Type::Ok, state, state.answer);
            state.open = false;
            note_lock(state);
        }
    }

    void note_lock(State& state) const {
        if (model_ != "mutex" && model_ != "rwlock") return;
        const bool took = state.answer.boolean() && *state.answer.boolean();
        const std::string& f = state.asked.function;
        state.release = !took                ? ""
                        : f == "acquire"     ? "release"
                        : f == "lock-shared" ? "unlock-shared"
                                             : "unlock";
    }

    Value fresh() {
        if (!shape_.distinct) return Value(static_cast<std::int64_t>(1 + draw(random_, 2)));
        return Value(static_cast<std::int64_t>(++written_));
    }
    Value known() {
        const std::uint32_t most = shape_.distinct ? std::max(written_, 1u) : 2;
        return Value(static_cast<std::int64_t>(1 + draw(random_, most)));
    }

    Asked ask() {
        Asked asked{functions_[draw(random_, static_cast<std::uint32_t>(functions_.size()))], {}};
        const std::string& f = asked.function;
        if (f == "cas")
            asked.argument = Value(Value::List{known(), fresh()});
        else if (f == "remove" || f == "contains")
            asked.argument = known();
        else if (model_ == "kv" && (f == "append" || f == "put"))
            asked.argument = Value(fresh().to_string());
        else if (f != "read" && f != "pop" && f != "peek" && f != "get" && f != "erase" &&
                 f != "dequeue" && f != "take" && f != "delete-min" && f != "acquire" &&
                 f != "release" && !f.starts_with("lock"))
            asked.argument = fresh();
        return asked;
    }

    void log(Event::Type type, const State& state, Value value) {
        Event event;
        event.type = type;
        event.line = static_cast<std::uint32_t>(events_.size() + 1);
        // A deque: views into its texts stay valid.
        event.process = texts_.emplace_back(state.name);
        event.function = texts_.emplace_back(state.asked.function);
        event.value = std::move(value);
        if (shape_.timed) event.time = static_cast<Time>(events_.size() / 3);
        events_.push_back(std::move(event));
    }

    // Changes what one operation is said to have returned.
    void falsify() {
        std::vector<Event*> answers;
        for (Event& event : events_)
            if (event.type == Event::Type::Ok) answers.push_back(&event);
        if (answers.empty()) return;
        Event& event = *answers[draw(random_, static_cast<std::uint32_t>(answers.size()))];
        if (event.value.boolean()) {
            event.value = Value(!*event.value.boolean());
        } else if (event.value.list()) {
            Value::List list = *event.value.list();
            if (list.empty() || chance(random_, 0.5))
                list.push_back(known());
            else
                list.pop_back();
            event.value = Value(std::move(list));
        } else if (model_ == "kv" && event.function == "get") {
            event.value = Value(known().to_string());
        } else {
            event.value = chance(random_, 0.25) ? Value() : known();
        }
    }

    std::string model_;
    HistoryShape shape_;
    Random& random_;
    Object object_;
    std::vector<std::string> functions_;
    std::vector<State> states_;
    std::deque<std::string> texts_;
    std::vector<Event> events_;
    Recorder recorder_;
    std::uint32_t started_ = 0, written_ = 0;
};

}  // namespace

History random_history(const std::string& model, const HistoryShape& shape,
                       std::mt19937_64& random) {
    return Generator(model, shape, random).make();
}

std::string to_text(const History& history) {
    std::string out;
    for (const Operation& operation : history.operations)
        out += fmt::format(
            "{} {} {} {} {} -> {}\n", history.processes[operation.process], operation.invoked,
            operation.responded == kNone ? "-" : std::to_string(operation.responded),
            history.functions[operation.function], history.values[operation.argument].to_string(),
            history.values[operation.result].to_string());
    return out;
}

}  // namespace stagger::recorded
