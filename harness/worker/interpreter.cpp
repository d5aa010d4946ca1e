// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/interpreter.hpp"

#include <fmt/format.h>

#include <cmath>

#include "harness/agent/agent.hpp"
#include "harness/backend/host_table.hpp"
#include "harness/base/excerpt.hpp"
#include "harness/control/draw.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/shown_values.hpp"
#include "harness/worker/marked_bytes.hpp"

namespace stagger::worker {
namespace {

using control::Call;
using control::kNoSite;
using control::RecordKind;
using history::Complaint;
using spec::StepKind;

constexpr double kNsPerSecond = 1e9;

control::Key object_key(std::uint32_t object) {
    return control::make_key(control::KeySpace::Object, object);
}

bool only_reads(Operation operation) {
    switch (operation) {
        case Operation::Load:
        case Operation::Read:
        case Operation::Get:
        case Operation::Size:
        case Operation::Snapshot:
            return true;
        default:
            return false;
    }
}

std::uint32_t client_number(const backend::Layout& layout, std::uint32_t task) {
    // Roles and the parent come before the servers, so a client's slot is its number.
    return layout.kinds[task] == backend::Layout::Kind::Server ? 0 : task;
}

}  // namespace

Interpreter::Interpreter(Surroundings& surroundings, std::uint32_t task, spec::Evaluator evaluator)
    : surroundings_(&surroundings),
      task_(task),
      identity_(&surroundings.layout.tasks[task]),
      evaluator_(std::move(evaluator)),
      recorder_(*surroundings.segment, static_cast<std::uint8_t>(task)) {
    for (const spec::Role& role : surroundings.scenario->roles) {
        if (role.name == identity_->role) role_ = &role;
    }
    evaluator_.draw_from({draw, this});
    for (std::string* text : {&key_, &value_, &expected_}) text->reserve(backend::kBeyondTheObject);
}

std::int64_t Interpreter::draw(void* interpreter, std::int64_t least, std::int64_t most) {
    const auto& self = *static_cast<Interpreter*>(interpreter);
    return control::draw_input(*self.surroundings_->segment, self.task_, self.site_, least, most);
}

void Interpreter::set_up_variables() {
    evaluator_.clear();
    marked_writes_ = 0;
    for (const auto& [name, value] : surroundings_->spec_case->params) evaluator_.set(name, value);
    evaluator_.set("self", std::int64_t{identity_->index});
    evaluator_.set("thread", std::int64_t{identity_->thread});
}

void Interpreter::set_iteration(std::int64_t i) {
    iteration_ = i;
    evaluator_.set("i", i);
}

void Interpreter::run_role() {
    agent::forbid_spurious_wakeups(false);  // an execution before may have ended inside a loop
    set_up_variables();
    for (std::uint32_t round = 1; round <= role_->repeat; ++round) {
        set_iteration(round);
        if (run_steps(role_->steps) == Flow::Stop) break;
    }
    if (surroundings_->record_variables) report_variables();
}

void Interpreter::report_variables() {
    Value::Map variables;
    for (const std::string& name : role_->variables) {
        Value value = evaluator_.get(name);
        if (!value.is_nil()) variables.emplace(name, std::move(value));
    }
    recorder_.variables(Value(std::move(variables)).encode());
}

void Interpreter::run_parent() {
    for (std::uint32_t i = 0; i < surroundings_->layout.objects.size(); ++i) {
        if (!spec::has_content(surroundings_->layout.objects[i].type)) continue;
        Request request;
        request.operation = Operation::Snapshot;
        request.object = i;
        request.client = client_number(surroundings_->layout, task_);
        Value result;
        ResultStatus status;
        if (!call(kNoSite, request, false, result, status)) return;
    }
}

Interpreter::Flow Interpreter::run_steps(const std::vector<spec::Step>& steps) {
    for (const spec::Step& step : steps) {
        const Flow flow = run_step(step);
        if (flow != Flow::Next) return flow;
    }
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_step(const spec::Step& step) {
    if (step.when) {
        bool wanted = false;
        if (!condition(step, *step.when, wanted)) return Flow::Stop;
        if (!wanted) return Flow::Next;
    }
    switch (step.kind) {
        case StepKind::Operation:
            return run_operation(step);
        case StepKind::Let:
            return run_let(step);
        case StepKind::If:
            return run_if(step);
        case StepKind::Repeat:
            return run_repeat(step);
        case StepKind::While:
            return run_while(step);
        case StepKind::Break:
            return Flow::Break;
        case StepKind::Sleep:
            return run_sleep(step);
        case StepKind::Assert:
            return run_assert(step);
        case StepKind::Join:
            return run_join(step);
        case StepKind::Section:
        case StepKind::AsOne:
            return run_span(step);
    }
    return Flow::Stop;
}

Interpreter::Flow Interpreter::complain(const spec::Step& step, Complaint::Kind kind,
                                        const std::string& text) {
    recorder_.complain(kind, step.site, text);
    return Flow::Stop;
}

bool Interpreter::evaluate(const spec::Step& step, const spec::Expression& expression,
                           Value& into) {
    site_ = step.site;
    Result<Value> value = evaluator_.evaluate(expression);
    if (!value) {
        complain(step, Complaint::Kind::ExpressionError, value.error().message);
        return false;
    }
    into = std::move(value).value();
    return true;
}

bool Interpreter::evaluate_encoded(const spec::Step& step,
                                   const std::optional<spec::Expression>& expression,
                                   std::string& into) {
    into.clear();
    if (!expression) return true;
    Value value;
    if (!evaluate(step, *expression, value)) return false;
    into = value.encode();
    return true;
}

bool Interpreter::condition(const spec::Step& step, const spec::Expression& expression,
                            bool& into) {
    Value value;
    if (!evaluate(step, expression, value)) return false;
    if (!spec::is_truth(value)) return refuse(step, expression, "true or false", value);
    into = value.boolean() != nullptr && *value.boolean();
    return true;
}

bool Interpreter::refuse(const spec::Step& step, const spec::Expression& expression,
                         std::string_view wanted, const Value& value) {
    complain(step, Complaint::Kind::ExpressionError, spec::misfit(expression, wanted, value));
    return false;
}

bool Interpreter::seconds(const spec::Step& step, const spec::Expression& expression,
                          std::int64_t& into_ns) {
    Value value;
    if (!evaluate(step, expression, value)) return false;
    const double amount = value.real() != nullptr      ? *value.real()
                          : value.integer() != nullptr ? static_cast<double>(*value.integer())
                                                       : std::nan("");
    if (!(amount >= 0 && amount <= spec::kMostSeconds)) {
        return refuse(step, expression, spec::kWantedTime, value);
    }
    into_ns = static_cast<std::int64_t>(amount * kNsPerSecond);
    return true;
}

bool Interpreter::resolve(const spec::Step& step, const spec::ObjectReference& reference,
                          std::uint32_t& into) {
    const spec::Object& object = surroundings_->scenario->objects[reference.object];
    into = object.first;
    if (!reference.index) return true;
    Value value;
    if (!evaluate(step, *reference.index, value)) return false;
    const std::int64_t* index = value.integer();
    if (index == nullptr || *index < 0 || *index >= std::int64_t{object.count}) {
        const std::string text =
            fmt::format("{}[{}] does not exist: the index of {} goes from 0 to {}", object.name,
                        excerpt(value), object.name, object.count - 1);
        complain(step, Complaint::Kind::ExpressionError,
                 spec::placed(reference.index->position, text));
        return false;
    }
    into += static_cast<std::uint32_t>(*index);
    return true;
}

bool Interpreter::prepare(const spec::Step& step, Request& request) {
    request.operation = step.operation;
    request.client = client_number(surroundings_->layout, task_);
    if (!resolve(step, step.object, request.object)) return false;
    if (step.with && !resolve(step, *step.with, request.with)) return false;
    if (step.timeout && !seconds(step, *step.timeout, request.timeout_ns)) return false;
    if (!evaluate_encoded(step, step.key, key_) || !evaluate_encoded(step, step.value, value_) ||
        !evaluate_encoded(step, step.expected, expected_)) {
        return false;
    }
    if (step.operation == Operation::Set && value_ == Value().encode()) {
        complain(
            step, Complaint::Kind::ExpressionError,
            fmt::format("{}:{}:{}: \"{}\" gives nil, which no map holds; `erase` takes a key away",
                        surroundings_->scenario->path, step.value->position.line,
                        step.value->position.column, step.value->source));
        return false;
    }
    if (step.bytes && !prepare_bytes(step)) return false;
    request.key = key_;
    request.value = value_;
    request.expected = expected_;
    return true;
}

bool Interpreter::prepare_bytes(const spec::Step& step) {
    constexpr std::int64_t kMost = std::int64_t{1} << 20;
    Value value;
    if (!evaluate(step, *step.bytes, value)) return false;
    const std::int64_t* bytes = value.integer();
    if (bytes == nullptr || *bytes < 1 || *bytes > kMost) {
        return refuse(step, *step.bytes, "a whole number from 1 to 1048576", value);
    }
    if (step.operation == Operation::StreamWrite) {
        value = marked_bytes(task_, marked_writes_++, static_cast<std::size_t>(*bytes));
    }
    value_ = value.encode();
    return true;
}

bool Interpreter::call(std::uint32_t site, const Request& request, bool checked, Value& result,
                       ResultStatus& status) {
    const control::Key key = object_key(request.object);
    agent::step_point(Call::Invoke, site, request.object, key, only_reads(request.operation));
    recorder_.invoke(site, request, checked);
    if (recorder_.is_full()) {
        agent::finish_execution(control::Ending::Overflow, "");
        return false;
    }
    backend::clear_answers();
    agent::enter_plugin();
    const std::uint32_t answer = surroundings_->backends->invoke(request);
    agent::leave_plugin();
    agent::step_point(Call::Response, site, request.object, key, only_reads(request.operation));
    if (answer >= STAGGER_STATUS_COUNT) {
        const std::string nonsense = fmt::format(
            "backend {} returned nonsense from {} on {}: status {}",
            surroundings_->backends->backend_name(request.object), name(request.operation),
            surroundings_->layout.objects[request.object].name, answer);
        agent::finish_execution(control::Ending::HarnessError, nonsense.c_str());
        return false;
    }
    constexpr std::string_view kTorn = "torn value";
    std::string_view bytes = backend::result_bytes();
    Result<Value> decoded = bytes.empty() ? Result<Value>(Value()) : Value::decode(bytes);
    status = static_cast<ResultStatus>(answer);
    std::string failure =
        status == ResultStatus::Error ? backend::failure_or("it did not say why") : std::string();
    // A slot that was read before it was written, say: that is what the mechanism did.
    if (!decoded) {
        status = ResultStatus::Error;
        failure = fmt::format("{}: the {} bytes that it gave are no value", kTorn, bytes.size());
        bytes = {};
        decoded = Value();
    }
    recorder_.respond(site, status, bytes, failure);
    if (failure.compare(0, kTorn.size(), kTorn) == 0) {
        recorder_.complain(Complaint::Kind::TornValue, site, failure);
    }
    result = std::move(decoded).value();
    return true;
}

Interpreter::Flow Interpreter::run_operation(const spec::Step& step) {
    Request request;
    if (!prepare(step, request)) return Flow::Stop;
    Value result;
    ResultStatus status = ResultStatus::Ok;
    if (!call(step.site, request, !step.how.empty(), result, status)) return Flow::Stop;
    if (!step.into.empty()) evaluator_.set(step.into, result);
    if (!step.how.empty()) evaluator_.set(step.how, std::string(name(status)));
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_let(const spec::Step& step) {
    for (const auto& [name, expression] : step.assignments) {
        Value value;
        if (!evaluate(step, expression, value)) return Flow::Stop;
        evaluator_.set(name, value);
    }
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_if(const spec::Step& step) {
    bool holds = false;
    if (!condition(step, *step.condition, holds)) return Flow::Stop;
    return run_steps(holds ? step.body : step.otherwise);
}

Interpreter::Flow Interpreter::run_repeat(const spec::Step& step) {
    Value amount;
    if (!evaluate(step, *step.amount, amount)) return Flow::Stop;
    if (amount.integer() == nullptr || *amount.integer() < 0) {
        refuse(step, *step.amount, "a whole number, 0 or more", amount);
        return Flow::Stop;
    }
    const std::int64_t outer = iteration_;
    Flow flow = Flow::Next;
    for (std::int64_t i = 1; i <= *amount.integer() && flow == Flow::Next; ++i) {
        set_iteration(i);
        flow = run_steps(step.body);
    }
    set_iteration(outer);
    return flow == Flow::Break ? Flow::Next : flow;
}

// At its limit a loop lets the others run, since it may wait for what one of them will do; only
// when they have ended or wait is it stuck.
Interpreter::Flow Interpreter::run_while(const spec::Step& step) {
    const std::int64_t outer = iteration_;
    Flow flow = Flow::Next;
    std::uint64_t rounds = 0;
    // Others may have ended since the loop last looked: it gets as many rounds again to see that.
    bool last_rounds = false;
    for (std::int64_t i = 1; flow == Flow::Next; ++i) {
        set_iteration(i);
        bool holds = false;
        if (!condition(step, *step.condition, holds)) return Flow::Stop;
        if (!holds) break;
        if (rounds++ >= step.limit) {
            const bool others_ran = agent::let_others_run();
            if (!others_ran && last_rounds) {
                if (role_->daemon) return Flow::Stop;  // its clients have ended: it may, too
                return complain(step, Complaint::Kind::LoopLimit,
                                fmt::format("\"{}\" went round {} times", step.label, step.limit));
            }
            last_rounds = !others_ran;
            agent::forbid_spurious_wakeups(last_rounds);
            rounds = 0;
        }
        flow = run_steps(step.body);
    }
    if (last_rounds) agent::forbid_spurious_wakeups(false);
    set_iteration(outer);
    return flow == Flow::Break ? Flow::Next : flow;
}

Interpreter::Flow Interpreter::run_sleep(const spec::Step& step) {
    std::int64_t ns = 0;
    if (!seconds(step, *step.amount, ns)) return Flow::Stop;
    agent::step_point(Call::Sleep, step.site, kNoSite, control::kSleepKey);
    agent::sleep_for(ns);
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_assert(const spec::Step& step) {
    bool holds = false;
    if (!condition(step, *step.condition, holds)) return Flow::Stop;
    if (holds) return Flow::Next;
    const std::string& condition = step.condition->source;
    const std::string values = spec::shown_values(evaluator_, condition);
    recorder_.complain(Complaint::Kind::Assertion, step.site,
                       values.empty() ? condition : condition + ": " + values);
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_join(const spec::Step& step) {
    const std::string& role = surroundings_->scenario->roles[step.role].name;
    control::TaskMask tasks = 0;
    for (std::uint32_t i = 0; i < surroundings_->layout.tasks.size(); ++i) {
        if (surroundings_->layout.tasks[i].role == role) tasks |= control::bit(i);
    }
    agent::step_point(Call::Join, step.site, kNoSite, control::kNoKey);
    agent::join(tasks);
    return Flow::Next;
}

Interpreter::Flow Interpreter::run_span(const spec::Step& step) {
    const bool section = step.kind == StepKind::Section;
    // Sections exclude each other by name; blocks are compared by the operations inside.
    const control::Key key =
        section ? control::make_key(control::KeySpace::Name, control::hash_text(step.text.c_str()))
                : control::kNoKey;
    agent::step_point(Call::Enter, step.site, kNoSite, key);
    recorder_.enter(section ? RecordKind::EnterSection : RecordKind::EnterBlock, step.site,
                    step.text, step.shared);
    const Flow flow = run_steps(step.body);
    if (section) agent::step_point(Call::Leave, step.site, kNoSite, key);
    recorder_.leave(section ? RecordKind::LeaveSection : RecordKind::LeaveBlock, step.site);
    return flow;
}

}  // namespace stagger::worker
