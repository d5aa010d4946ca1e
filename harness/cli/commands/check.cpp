// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/paths.hpp"
#include "harness/recorded/formats/edn.hpp"
#include "harness/recorded/judge.hpp"
#include "harness/recorded/read.hpp"
#include "harness/report/judgement.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kDefaultSeconds = 60;
constexpr std::uint64_t kMostVersions = 1000;

Result<recorded::Consistency> parse_consistency(std::string_view text) {
    if (text == "linearizable") return recorded::Consistency::Linearizable;
    if (text == "sequential") return recorded::Consistency::Sequential;
    if (text == "causal") return recorded::Consistency::Causal;
    return Error{fmt::format("\"{}\" is none of: linearizable, sequential, causal", text)};
}

// "3", "nil", "[1 2]", ":a": as values stand in Jepsen's histories.
Result<Value> parse_value(const std::string& text) {
    recorded::Input input = recorded::Input::of_text("value", text);
    recorded::EdnReader edn(input);
    Value value;
    if (edn.read(value)) {
        edn.skip_blanks();
        if (input.peek() < 0) return value;
    }
    return Error{
        fmt::format("\"{}\" is no value: expected one such as 3, nil, [1 2] or \"text\"", text)};
}

// A model of the table, or one in Lua, which lives in `script`.
Result<recorded::ModelInfo> model_named(const std::string& name, recorded::Script& script) {
    if (const recorded::ModelInfo* model = recorded::find_model(name)) return *model;
    if (name.ends_with(".lua") || name.ends_with(".toml")) {
        STAGGER_TRY(script, recorded::load_script(name));
        recorded::ModelInfo model;
        model.name = script.path;
        model.create = recorded::create_scripted;
        model.script = &script;
        return model;
    }
    std::vector<std::string> names;
    for (const recorded::ModelInfo& model : recorded::models()) names.emplace_back(model.name);
    const std::string nearest = spec::nearest_name(name, names);
    const std::string hint = nearest.empty()
                                 ? fmt::format("expected one of {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean \"{}\"?", nearest);
    return Error{fmt::format("there is no model \"{}\": {}", name, hint)};
}

Clock::time_point deadline_of(const Options& options) {
    const std::chrono::duration<double> allowed(options.seconds.value_or(kDefaultSeconds));
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::min(allowed, std::chrono::duration<double>(1e9)));
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

int exit_code_of(recorded::Answer answer) {
    return answer == recorded::Answer::Ok          ? kAsExpected
           : answer == recorded::Answer::Violation ? kViolation
                                                   : kInconclusive;
}

int fail(const Error& error, Console& console) {
    console.error(error.message);
    return kUsage;
}

int show(const report::JudgedHistory& judged, const Options& options, Console& console) {
    const int code = exit_code_of(judged.judgement->answer);
    console.print(report::render_judgement(judged, console.style()));
    if (options.json.empty()) return code;
    const std::string json = report::judgement_json(judged);
    const Status written =
        options.json == "-" ? console.write_stdout(json) : write_file(options.json, json);
    if (written) return code;
    console.error(written.error().message);
    return worse(code, kBroken);
}

int judge_file(const std::string& path, const recorded::ModelInfo& model,
               const recorded::JudgeOptions& judging, const Options& options, Console& console) {
    recorded::ReadOptions reading;
    reading.ties =
        options.check.ties_precede ? recorded::Ties::Precede : recorded::Ties::Concurrent;
    reading.stale_seconds = options.check.stale_seconds;
    reading.memory_bytes = judging.memory_bytes;
    reading.deadline = judging.deadline;
    const auto start = Clock::now();
    Result<recorded::Reading> read = recorded::read_history(path, reading);
    if (!read) return fail(read.error(), console);
    report::JudgedHistory judged;
    judged.history = &read->history;
    judged.model = model.name;
    judged.consistency = options.check.consistency;
    judged.reading_seconds = seconds_since(start);
    recorded::Judgement bound;
    bound.answer = recorded::Answer::Inconclusive;
    bound.reason = read->bound;
    judged.judgement = &bound;
    if (!read->bound.empty()) {
        read->history.path = path;
        return show(judged, options, console);
    }
    const auto begin = Clock::now();
    const Result<recorded::Judgement> judgement = recorded::judge(read->history, model, judging);
    if (!judgement) return fail(judgement.error(), console);
    judged.seconds = seconds_since(begin);
    judged.judgement = &*judgement;
    return show(judged, options, console);
}

template <typename Read, typename Target>
Accept accept(Target& target, Read read) {
    return [&target, read](const std::string& text) -> Status {
        STAGGER_TRY(target, read(text));
        return Ok{};
    };
}

Result<std::string> any_text(const std::string& text) {
    if (text.empty()) return Error{"it needs a value"};
    return text;
}

void add_checking(Usage& usage, Options& options) {
    CheckOptions& check = options.check;
    usage.options.push_back({"--model", "M",
                             "What the operations are on: register, queue, ... "
                             "(see `stagger list models`), or a model in Lua",
                             accept(check.model, any_text)});
    usage.options.push_back({"--initial", "V", "What it holds at first, such as 0 or [1 2]",
                             accept(check.initial, any_text)});
    usage.options.push_back({"--consistency", "linearizable|sequential|causal",
                             "What the history must be (default: linearizable)",
                             [&check](const std::string& text) -> Status {
                                 STAGGER_TRY(auto known, parse_consistency(text));
                                 (void)known;
                                 check.consistency = text;
                                 return Ok{};
                             }});
    usage.options.push_back(
        {"--stale-versions", "K", "Reads may show a value that up to K writes have replaced",
         [&check](const std::string& text) -> Status {
             STAGGER_TRY(const auto number, parse_number(text, 0, kMostVersions));
             check.stale_versions = static_cast<std::uint32_t>(number);
             return Ok{};
         }});
    usage.options.push_back({"--stale-time", "T",
                             "Reads may show what was there up to T before they began: 2, 500ms",
                             accept(check.stale_seconds, parse_duration)});
    usage.options.push_back({"--ties", "concurrent|precede",
                             "Whether what ends at a time precedes what begins then",
                             [&check](const std::string& text) -> Status {
                                 if (text != "concurrent" && text != "precede")
                                     return Error{"it is concurrent or precede"};
                                 check.ties_precede = text == "precede";
                                 return Ok{};
                             }});
    usage.options.push_back(
        {"--key", "K", "Judge only operations on this key", accept(check.key, any_text)});
}

}  // namespace

void set_up_check(Usage& usage, Options& options) {
    add_one_path(usage, options, "HISTORY", "The history, in any of the formats; - is stdin");
    add_checking(usage, options);
    usage.options.push_back({"--time", "T", "Give up after this time (default: 60s)",
                             accept(options.seconds, parse_duration)});
    usage.options.push_back({"--memory", "BYTES", "Give up past this memory (default: 2G)",
                             accept(options.check.memory_bytes, parse_bytes)});
    usage.options.push_back({"--json", "FILE", "Write the verdict as JSON; - is stdout",
                             accept(options.json, any_text)});
    usage.options.push_back({"--color", "auto|always|never", "Whether to use colour",
                             accept(options.color, parse_color)});
    usage.notes =
        "Knows Stagger's JSON lines, Jepsen's EDN and text logs, and tables of process, start, "
        "end,\n"
        "operation and value, by their content. Ends with 0 if the history is as asked, 1 if not, "
        "2\n"
        "if time or memory ran out or nothing is in it, 64 if it is no history of this model.";
    usage.examples =
        "  stagger check history.edn --model cas-register\n"
        "  stagger check queue.log --model queue --json verdict.json\n"
        "  stagger check table.txt --model register --initial 0 --ties precede";
}

int run_check(const Options& options, Console& console) {
    recorded::JudgeOptions judging;
    judging.deadline = deadline_of(options);
    if (options.check.model.empty())
        return fail(Error{"--model is missing: it says what the operations are on; see `stagger "
                          "list models`"},
                    console);
    if (!options.json.empty() && options.json != "-") {
        const Status writable = check_writable(options.json);
        if (!writable) return fail(writable.error(), console);
    }
    recorded::Script script;
    const Result<recorded::ModelInfo> model = model_named(options.check.model, script);
    if (!model) return fail(model.error(), console);
    const Result<Value> initial =
        parse_value(options.check.initial.empty() ? "nil" : options.check.initial);
    if (!initial) return fail(Error{"--initial: " + initial.error().message}, console);
    if (!options.check.initial.empty()) judging.initial = &*initial;
    if (!options.check.key.empty()) {
        Result<Value> key = parse_value(options.check.key);
        if (!key) return fail(Error{"--key: " + key.error().message}, console);
        judging.key = std::move(*key);
    }
    if ((options.check.stale_versions > 0 || options.check.stale_seconds > 0) &&
        model->fast != recorded::Fast::Register)
        return fail(Error{fmt::format("--stale-versions and --stale-time are of registers, not of "
                                      "{}: expected --model register",
                                      model->name)},
                    console);
    judging.consistency = *parse_consistency(options.check.consistency);
    judging.stale_versions = options.check.stale_versions;
    judging.memory_bytes = options.check.memory_bytes;
    return judge_file(options.paths.front(), *model, judging, options, console);
}

}  // namespace stagger::cli
