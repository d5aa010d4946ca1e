// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/control/toy.hpp"

#include <sys/mman.h>

#include "harness/base/check.hpp"
#include "harness/control/integrity.hpp"

namespace stagger::testing {

using control::bit;
using control::kNobody;
using control::TaskIndex;
using control::TaskMask;

ToySegment::ToySegment() {
    void* memory = mmap(nullptr, sizeof(control::Segment), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    STAGGER_CHECK(memory != MAP_FAILED);
    segment_ = static_cast<control::Segment*>(memory);
    control::initialise(*segment_);
    segment_->settings.step_limit = 1'000'000;
    segment_->plan.start = kNobody;
}

ToySegment::~ToySegment() {
    munmap(segment_, sizeof(control::Segment));
}

Toy::Toy(std::vector<std::vector<Step>> tasks) : segment_(std::make_unique<ToySegment>()) {
    segment().settings.task_count = static_cast<std::uint32_t>(tasks.size());
    for (auto& steps : tasks) tasks_.push_back({std::move(steps)});
}

Toy Toy::of_lengths(const std::vector<std::size_t>& lengths) {
    std::vector<std::vector<Step>> tasks;
    for (const std::size_t length : lengths) {
        tasks.emplace_back(length, [] { return true; });
    }
    return Toy(std::move(tasks));
}

Toy::Order Toy::run() {
    const TaskMask all = bit(static_cast<TaskIndex>(tasks_.size())) - 1;
    control::begin_execution(segment(), control::Phase::Main, all, all, 0);
    for (Task& task : tasks_) {
        task.next = 0;
        task.at_point = false;
    }
    Order order;
    TaskIndex self = control::pick_successor(segment(), kNobody);
    while (self != kNobody) self = advance(self, order);
    return order;
}

// One move of the task that has the token; gives who has it then.
TaskIndex Toy::advance(TaskIndex self, Order& order) {
    Task& task = tasks_[self];
    if (task.next == task.steps.size()) {
        segment().tasks[self].call = control::Call::End;
        segment().tasks[self].key = control::kNoKey;
        control::end_task(segment(), self);
        return control::pick_successor(segment(), self);
    }
    if (!task.at_point) {
        task.at_point = true;
        segment().tasks[self].call = call_;
        segment().tasks[self].key = kSharedKey;
        const TaskIndex chosen = control::pass_point(segment(), self);
        if (chosen != self) return chosen;
    }
    if (!task.steps[task.next]()) return control::pick_successor(segment(), self);
    order.push_back(self);
    ++task.next;
    task.at_point = false;
    return self;
}

std::vector<control::Decision> Toy::decisions() const {
    return {segment().log, segment().log + execution().logged};
}

bool Toy::wait(TaskIndex self, control::Key key, std::int64_t deadline) const {
    control::block(segment(), self, &key, 1, deadline);
    return false;
}

}  // namespace stagger::testing
