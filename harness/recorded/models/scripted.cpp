// SPDX-License-Identifier: Apache-2.0
//
// A model in Lua: a file, or the table [model] of a spec, that defines
//
//     function init(initial) return state end
//     function step(state, op) return new_state end   -- nil: op cannot have returned that
//     function partition(op) return part end          -- optional: parts are judged apart
//
// An `op` has `f`, `argument`, `result`, `known` (false: its outcome is unknown), `process` and
// `key`. It runs in the sandbox of expressions, with its bounds on steps and memory. States are
// compared by content.
#include <fmt/format.h>

#include <unordered_map>

#include "harness/base/document.hpp"
#include "harness/recorded/models/model.hpp"
#include "harness/spec/evaluator.hpp"

namespace stagger::recorded {

namespace {

constexpr std::size_t kLongestScript = std::size_t{1} << 20;

// The script as an expression: running it sets the functions as variables.
constexpr std::string_view kOpening = "(function() ";
constexpr std::string_view kClosing = "\nreturn type(partition) == 'function' end)()";

spec::Expression expression(std::uint32_t id, std::string source) {
    spec::Expression made;
    made.source = std::move(source);
    made.id = id;
    return made;
}

Value op_value(const History& history, const Call& call) {
    const Operation& operation = history.operations[call.operation];
    Value::Map op;
    op.emplace("f", history.functions[operation.function]);
    op.emplace("process", history.processes[operation.process]);
    op.emplace("known", call.known);
    const auto add = [&](const char* name, std::uint32_t value) {
        if (value != 0 && value != kNone) op.emplace(name, history.values[value]);
    };
    add("argument", operation.argument);
    if (call.known) add("result", operation.result);
    add("key", operation.key);
    return Value(std::move(op));
}

class ScriptRunner {
public:
    explicit ScriptRunner(const Script& script)
        : path_(script.path),
          init_(expression(1, "init(initial)")),
          step_(expression(2, "step(state, op)")),
          partition_(expression(3, "partition(op)")) {
        spec::Expression body =
            expression(0, std::string(kOpening) + script.source + std::string(kClosing));
        body.position.line = 1;
        const Result<Value> loaded = evaluator_.evaluate(body);
        if (!loaded)
            error_ = std::make_unique<Error>(Error{in_file(loaded.error().message)});
        else
            has_partition_ = *loaded->boolean();
    }

    const Error* error() const { return error_.get(); }
    bool has_partition() const { return has_partition_; }

    Result<Value> init(const Value& initial) {
        evaluator_.set("initial", initial);
        return run(init_);
    }
    Result<Value> step(const Value& state, const Value& op) {
        evaluator_.set("state", state);
        evaluator_.set("op", op);
        return run(step_);
    }
    Result<Value> partition(const Value& op) {
        evaluator_.set("op", op);
        return run(partition_);
    }

private:
    Result<Value> run(const spec::Expression& call) {
        if (error_) return *error_;
        Result<Value> value = evaluator_.evaluate(call);
        if (value) return value;
        return Error{in_file(value.error().message)};
    }
    std::string in_file(const std::string& message) const {
        return fmt::format("the model {}: {}", path_, message);
    }

    std::string path_;
    spec::Evaluator evaluator_;
    spec::Expression init_, step_, partition_;
    std::unique_ptr<Error> error_;
    bool has_partition_ = false;
};

class Scripted : public Model {
public:
    explicit Scripted(const Setting& setting) : setting_(setting), runner_(*setting.script) {}

    State init() override {
        Result<Value> state = runner_.init(setting_.initial ? *setting_.initial : Value());
        if (!state) {
            fail(state.error());
            return 0;
        }
        return remember(std::move(*state));
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0 || failure_) return std::nullopt;
        const auto known = states_.find(state);
        if (known == states_.end()) return std::nullopt;
        Result<Value> after = runner_.step(known->second, op_value(setting_.history, call));
        if (!after) {
            fail(after.error());
            return std::nullopt;
        }
        const bool refused = after->is_nil() || (after->boolean() && !*after->boolean());
        return refused ? std::nullopt : std::optional(remember(std::move(*after)));
    }

    const Error* failure() const override { return failure_.get(); }

private:
    State remember(Value value) {
        const State state = check::value_term(setting_.terms, value);
        states_.try_emplace(state, std::move(value));
        return state;
    }
    void fail(const Error& error) {
        if (!failure_) failure_ = std::make_unique<Error>(error);
    }

    Setting setting_;
    ScriptRunner runner_;
    std::unordered_map<State, Value> states_;
    std::unique_ptr<Error> failure_;
};

// The functions of [model] in a spec, as one script. Each is an expression: `function(...) ...
// end`.
Result<std::string> script_of_spec(const std::string& text, const std::string& path) {
    const auto parsed = document::parse(text);
    if (const auto* problem = std::get_if<document::Problem>(&parsed))
        return Error{render_problem(path, problem->position, problem->message, problem->hint,
                                    line_at(text, problem->position.line))};
    const document::Node& root = std::get<document::Node>(parsed);
    const document::Entry* model = nullptr;
    if (const auto* entries = root.entries())
        for (const document::Entry& entry : *entries)
            if (entry.key == "model" && entry.value.entries()) model = &entry;
    if (!model)
        return Error{
            fmt::format("{}:1: expected a table [model] with init and step, in Lua", path)};
    std::string script;
    for (const document::Entry& entry : *model->value.entries()) {
        const bool known = entry.key == "init" || entry.key == "step" || entry.key == "partition";
        if (!known || !entry.value.text())
            return Error{fmt::format(
                "{}:{}: a [model] has init, step and partition, each a text: function(...) ... end",
                path, entry.position.line)};
        script += fmt::format("{} = {}\n", entry.key, *entry.value.text());
    }
    return script;
}

}  // namespace

Result<Script> load_script(const std::string& path) {
    STAGGER_TRY(std::string text, read_text_file(path, kLongestScript));
    Script script;
    script.path = path;
    if (path.ends_with(".toml")) {
        STAGGER_TRY(text, script_of_spec(text, path));
    }
    script.source = std::move(text);
    ScriptRunner runner(script);
    if (runner.error()) return *runner.error();
    script.has_partition = runner.has_partition();
    // A first state tells whether init is there and gives one.
    const Result<Value> state = runner.init(Value());
    if (!state) return state.error();
    if (state->is_nil())
        return Error{fmt::format("the model {}: init gives no state: expected a value", path)};
    return script;
}

struct Partitioner::State {
    explicit State(const Script& script) : runner(script) {}
    ScriptRunner runner;
};

Partitioner::Partitioner(const Script& script) : state_(std::make_unique<State>(script)) {}
Partitioner::~Partitioner() = default;

Result<Value> Partitioner::part_of(const History& history, const Call& call) {
    return state_->runner.partition(op_value(history, call));
}

std::unique_ptr<Model> create_scripted(const Setting& setting) {
    return std::make_unique<Scripted>(setting);
}

}  // namespace stagger::recorded
