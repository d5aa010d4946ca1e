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
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "harness/base/document.hpp"
#include "harness/recorded/models/model.hpp"
#include "harness/spec/evaluator.hpp"
#include "harness/spec/expression.hpp"

namespace stagger::recorded {

namespace {

constexpr std::size_t kLongestScript = std::size_t{1} << 20;

// The script as an expression: running it sets the functions as variables.
constexpr std::string_view kOpening = "(function() ";
constexpr std::string_view kClosing = "\nend)()";

// What Lua has elsewhere. Reading such a name here would give nil, and nil from `step` is a
// verdict.
constexpr std::array<std::string_view, 28> kNotInSandbox = {
    "os",       "io",     "print",        "require",      "package", "debug",  "coroutine",
    "utf8",     "load",   "loadfile",     "loadstring",   "dofile",  "pairs",  "next",
    "select",   "pcall",  "xpcall",       "error",        "assert",  "rawget", "rawset",
    "rawequal", "rawlen", "getmetatable", "setmetatable", "unpack",  "_G",     "collectgarbage"};

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
          source_(script.source),
          init_(expression(1, "init(initial)")),
          step_(expression(2, "step(state, op)")),
          partition_(expression(3, "partition(op)")) {
        load();
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
    void load() {
        const auto body = expression(0, std::string(kOpening) + source_ + std::string(kClosing));
        std::uint32_t line = 1;
        const Result<Value> loaded = evaluator_.evaluate(body, line);
        if (!loaded) {
            fail(loaded.error().message, line);
            return;
        }
        has_partition_ = has("partition");
        for (const char* needed : {"init", "step"})
            if (!error_ && !has(needed))
                fail(fmt::format("there is no function {}: expected init(initial) and step(state, "
                                 "op)",
                                 needed),
                     1);
        if (!error_) look_for_missing_names();
    }

    // Whether the script has defined a function of that name.
    bool has(std::string_view name) { return type_of(name) == "function"; }
    std::string type_of(std::string_view name) {
        std::uint32_t line = 1;
        const auto asked = expression(next_id_++, fmt::format("type({})", name));
        const Result<Value> type = evaluator_.evaluate(asked, line);
        return type.ok() && type->text() ? *type->text() : "";
    }

    // Where the script defines it.
    std::uint32_t line_of(std::string_view function) const {
        for (const spec::NameUse& use : spec::scan_expression(source_).names)
            if (use.name == function) return line_at_offset(use.offset);
        return 1;
    }
    std::uint32_t line_at_offset(std::size_t offset) const {
        const auto end = source_.begin() + static_cast<std::ptrdiff_t>(offset);
        return 1 + static_cast<std::uint32_t>(std::count(source_.begin(), end, '\n'));
    }

    void look_for_missing_names() {
        for (const spec::NameUse& use : spec::scan_expression(source_).names) {
            const bool elsewhere = std::find(kNotInSandbox.begin(), kNotInSandbox.end(),
                                             use.name) != kNotInSandbox.end();
            if (!elsewhere || type_of(use.name) != "nil") continue;
            fail(fmt::format("'{}' is a nil value in the sandbox of models: expected one of {}",
                             use.name, fmt::join(spec::library_names(), ", ")),
                 line_at_offset(use.offset));
            return;
        }
    }

    // Behind its last line stands only what wraps the script.
    void fail(std::string message, std::uint32_t line) {
        if (error_) return;
        const auto newlines = std::count(source_.begin(), source_.end(), '\n');
        const auto last = static_cast<std::uint32_t>(newlines + (source_.ends_with('\n') ? 0 : 1));
        const std::size_t near = message.find(" near ')'");
        if (line > last && near != std::string::npos) message.replace(near, 9, " at its end");
        error_ = std::make_unique<Error>(
            Error{fmt::format("{}:{}: {}", path_, std::max(1u, std::min(line, last)), message)});
    }

    Result<Value> run(const spec::Expression& call) {
        if (error_) return *error_;
        std::uint32_t line = 1;
        Result<Value> value = evaluator_.evaluate(call, line);
        if (value) return value;
        const std::string function = call.source.substr(0, call.source.find('('));
        // That a bound was reached is said of whoever called, in line 1: Stagger.
        if (line == 1) line = line_of(function);
        return Error{fmt::format("{}:{}: {}: {}", path_, line, function, value.error().message)};
    }

    std::string path_;
    std::string source_;
    spec::Evaluator evaluator_;
    spec::Expression init_, step_, partition_;
    std::unique_ptr<Error> error_;
    std::uint32_t next_id_ = 4;  // of expressions
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

// `function(...) ... end`, also where its author gave it a name.
Result<std::string> anonymous(const std::string& text, const std::string& path,
                              std::uint32_t line) {
    constexpr std::string_view kWord = "function";
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    const std::size_t open = text.find('(');
    if (start == std::string::npos || text.compare(start, kWord.size(), kWord) != 0 ||
        open == std::string::npos)
        return Error{
            fmt::format("{}:{}: expected a text such as function(...) ... end", path, line)};
    return text.substr(0, start) + "function" + text.substr(open);
}

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
    std::uint32_t line = 1;
    std::vector<document::Entry> entries = *model->value.entries();
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.position.line < b.position.line; });
    for (const document::Entry& entry : entries) {
        const bool known = entry.key == "init" || entry.key == "step" || entry.key == "partition";
        if (!known || !entry.value.text())
            return Error{fmt::format(
                "{}:{}: a [model] has init, step and partition, each a text: function(...) ... end",
                path, entry.position.line)};
        // Its lines are those of the file, so that errors name them.
        const std::string_view first = line_at(text, entry.position.line);
        const bool below = first.ends_with("\"\"\"") || first.ends_with("'''");
        for (; line < entry.position.line + (below ? 1u : 0u); ++line) script += '\n';
        STAGGER_TRY(const std::string function, anonymous(*entry.value.text(), path, line));
        script += fmt::format("{} = {};", entry.key, function);
        line += static_cast<std::uint32_t>(std::count(function.begin(), function.end(), '\n'));
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
    // A first state tells whether init gives one.
    const Result<Value> state = runner.init(Value());
    if (!state) return state.error();
    if (state->is_nil())
        return Error{fmt::format("{}:1: init gives no state: expected a value", path)};
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
