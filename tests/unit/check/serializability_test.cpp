// SPDX-License-Identifier: Apache-2.0
//
// Blocks against a reference that tries all orders, on random histories with fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/check/check.hpp"
#include "harness/history/text.hpp"
#include "tests/unit/check/reference.hpp"

namespace stagger {
namespace {

using history::History;
using history::kNone;

// Tasks that run blocks and single calls on two registers and a list, one call at a time; every
// call takes effect when it is made, so that each object alone is linearizable.
class Blocks {
public:
    explicit Blocks(std::mt19937& random) : random_(random) {
        add_object("a", ObjectType::Register, 0);
        add_object("b", ObjectType::Register, 0);
        add_object("l", ObjectType::List, Value::List{});
        for (std::uint32_t i = 0; i < 3; ++i) {
            history::Task task;
            task.name = "t[" + std::to_string(i) + "]";
            task.role = "t";
            task.index = task.process = i;
            history_.tasks.push_back(task);
        }
        blocks_.resize(3, kNone);
    }

    History run(unsigned steps) {
        for (unsigned i = 0; i < steps; ++i) step(reference::draw(random_, 3));
        for (std::uint32_t task = 0; task < 3; ++task)
            if (blocks_[task] != kNone) leave(task);
        return std::move(history_);
    }

private:
    void add_object(const char* name, ObjectType type, Value initial) {
        history::Object object;
        object.name = name;
        object.type = type;
        object.initial = std::move(initial);
        states_.push_back(reference::initial_state(object));
        history_.objects.push_back(std::move(object));
    }

    void step(std::uint32_t task) {
        switch (reference::draw(random_, 5)) {
            case 0:
                if (blocks_[task] == kNone) enter(task);
                break;
            case 1:
                if (blocks_[task] != kNone) leave(task);
                break;
            default:
                call(task);
        }
    }

    void enter(std::uint32_t task) {
        blocks_[task] = static_cast<std::uint32_t>(history_.blocks.size());
        history_.blocks.push_back({task, 0, "block", false, position_++, kNone});
    }

    void leave(std::uint32_t task) {
        history_.blocks[blocks_[task]].left = position_++;
        blocks_[task] = kNone;
    }

    void call(std::uint32_t task) {
        history::Call call;
        call.task = task;
        call.object = reference::draw(random_, 3);
        call.block = blocks_[task];
        call.checked = true;
        call.value = static_cast<int>(reference::draw(random_, 3));
        const bool list = history_.objects[call.object].type == ObjectType::List;
        const bool reads = reference::draw(random_, 2) == 0;
        if (list) call.operation = reads ? Operation::Read : Operation::Append;
        if (!list) call.operation = reads ? Operation::Load : Operation::Store;
        call.invoked = position_++;
        call.responded = position_++;
        const auto outcome =
            reference::outcomes(history_.objects[call.object], states_[call.object], call, 0)
                .front();
        states_[call.object] = outcome.state;
        call.result = outcome.result;
        history_.calls.push_back(call);
    }

    std::mt19937& random_;
    History history_;
    std::vector<Value> states_;
    std::vector<std::uint32_t> blocks_;  // the one each task is in
    std::uint32_t position_ = 0;
};

bool accepted(const History& history) {
    check::Limits limits;
    limits.time = std::chrono::minutes(10);  // however slow this machine is
    const check::Verdict verdict = check::judge(history, {}, {}, limits);
    EXPECT_TRUE(verdict.inconclusive.empty()) << verdict.inconclusive.front();
    for (const check::Violation& violation : verdict.violations)
        EXPECT_TRUE(violation.symptom == check::Symptom::LostUpdate ||
                    violation.symptom == check::Symptom::NotSerializable)
            << violation.message;
    return verdict.violations.empty();
}

TEST(Serializability, AgreesWithTryingEveryOrder) {
    std::mt19937 random(4);
    int rejected = 0;
    int judged = 0;
    for (int round = 0; round < 3000; ++round) {
        const History history = Blocks(random).run(9 + reference::draw(random, 8));
        if (history.calls.size() > 9) continue;
        const bool legal = reference::has_serial_order(history);
        rejected += legal ? 0 : 1;
        ++judged;
        ASSERT_EQ(accepted(history), legal) << "round " << round << "\n" << write_text(history);
    }
    EXPECT_GT(judged, 1000);
    EXPECT_GT(rejected, 50);
}

TEST(Serializability, AcceptsBlocksThatRunOneAfterTheOther) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        History history = Blocks(random).run(60);
        // Blocks of one call each cannot be seen by halves.
        std::vector<std::size_t> calls(history.blocks.size(), 0);
        for (const auto& call : history.calls)
            if (call.block != kNone) ++calls[call.block];
        for (auto& call : history.calls)
            if (call.block != kNone && calls[call.block] > 1) call.block = kNone;
        ASSERT_TRUE(accepted(history)) << "round " << round << "\n" << write_text(history);
    }
}

}  // namespace
}  // namespace stagger
