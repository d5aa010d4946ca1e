// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/report/sample.hpp"

namespace stagger::report::sample {
namespace {

history::Task task(std::string name, std::string role, std::uint32_t index) {
    history::Task made;
    made.name = std::move(name);
    made.role = std::move(role);
    made.index = index;
    made.process = index;
    return made;
}

history::Object object(std::string name, ObjectType type, Value initial) {
    history::Object made;
    made.name = std::move(name);
    made.type = type;
    made.initial = std::move(initial);
    made.backend = "shm";
    return made;
}

}  // namespace

std::uint32_t add_call(history::History& history, std::uint32_t task, Operation operation,
                       std::uint32_t object, Value value, Value result, std::uint32_t invoked,
                       std::uint32_t responded) {
    history::Call call;
    call.task = task;
    call.operation = operation;
    call.object = object;
    call.value = std::move(value);
    call.result = std::move(result);
    call.invoked = invoked;
    call.responded = responded;
    history.calls.push_back(std::move(call));
    return static_cast<std::uint32_t>(history.calls.size() - 1);
}

history::History lost_update_history() {
    history::History history;
    history.tasks = {task("worker[0]", "worker", 0), task("worker[1]", "worker", 1),
                     task("parent", "", 0)};
    history.objects = {object("n", ObjectType::Register, 100)};
    add_call(history, 0, Operation::Load, 0, {}, 100, 0, 1);
    add_call(history, 1, Operation::Load, 0, {}, 100, 2, 3);
    add_call(history, 1, Operation::Store, 0, 101, {}, 4, 5);
    add_call(history, 0, Operation::Store, 0, 101, {}, 6, 7);
    add_call(history, 2, Operation::Snapshot, 0, {}, 101, 8, 9);
    return history;
}

engine::CaseResult lost_update() {
    engine::Finding finding;
    finding.history = lost_update_history();
    finding.verdict.violations = {
        {check::Symptom::LostUpdate,
         "n",
         "worker[0] and worker[1] both read 100 and wrote 101, so one update is lost.",
         {0, 1, 2, 3}},
        {check::Symptom::FinalState, "", "n == 102 does not hold: n = 101.", {}}};
    finding.schedule.decisions = {
        {schedule::Phase::Main, "worker[0]", 3, 0, "store n", schedule::Choice::Run, "worker[1]"}};
    finding.found_at = 4;
    finding.replayed = 20;
    finding.replays = 20;
    finding.schedule_path = ".stagger/increment-shm.schedule";

    engine::CaseResult result = pass("increment/shm");
    result.status = engine::CaseStatus::Fail;
    result.verdict = "lost-update";
    result.symptoms = {"lost-update", "final-state"};
    result.spec_case.params = {{"locked", false}};
    result.first_finding_at = 4;
    result.findings = {std::move(finding)};
    return result;
}

engine::CaseResult deadlock() {
    engine::Finding finding;
    history::History& history = finding.history;
    history.tasks = {task("worker[0]", "worker", 0), task("worker[1]", "worker", 1)};
    history.objects = {object("a", ObjectType::Mutex, {}), object("b", ObjectType::Mutex, {})};
    history.ending = history::Ending::Deadlock;
    add_call(history, 0, Operation::Lock, 0, {}, {}, 0, 1);
    add_call(history, 1, Operation::Lock, 1, {}, {}, 2, 3);
    add_call(history, 1, Operation::Lock, 0, {}, {}, 4, history::kNone);
    add_call(history, 0, Operation::Lock, 1, {}, {}, 5, history::kNone);
    history.waits = {{0, 0, 1, "lock b"}, {1, 0, 0, "lock a"}};
    finding.verdict.violations = {
        {check::Symptom::Deadlock, "", "worker[0] and worker[1] wait for each other.", {}}};
    finding.schedule.decisions = {
        {schedule::Phase::Main, "worker[0]", 3, 0, "lock b", schedule::Choice::Run, "worker[1]"}};
    finding.replayed = 20;
    finding.replays = 20;

    engine::CaseResult result = pass("locks/shm");
    result.status = engine::CaseStatus::Fail;
    result.verdict = "deadlock";
    result.symptoms = {"deadlock"};
    result.findings = {std::move(finding)};
    return result;
}

engine::CaseResult pass(const std::string& id) {
    engine::CaseResult result;
    result.scenario = id.substr(0, id.find('/'));
    result.spec_case.id = id;
    result.spec_case.backend = "shm";
    result.spec_case.params = {{"locked", true}};
    result.status = engine::CaseStatus::Pass;
    result.verdict = "ok";
    result.strategy = "portfolio";
    result.schedules = 1000;
    result.seconds = 0.5;
    result.evidence.interleavings = 37;
    result.evidence.contended_points = 6;
    result.evidence.chance_of_new = 0.0021;
    result.evidence.missed = {{2, 0.004}};
    return result;
}

engine::CaseResult without_verdict(engine::CaseStatus status, const std::string& message) {
    engine::CaseResult result = pass("increment/broken");
    result.status = status;
    result.verdict = status == engine::CaseStatus::Error ? "error" : "inconclusive";
    result.message = message;
    result.schedules = 0;
    result.seconds = 0;
    result.evidence = {};
    return result;
}

}  // namespace stagger::report::sample
