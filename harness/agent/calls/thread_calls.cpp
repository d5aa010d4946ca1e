// SPDX-License-Identifier: Apache-2.0
//
// pthread_create and pthread_join. A thread ends for us in a destructor of thread-specific data,
// so that it may return, call pthread_exit or be cancelled, and what its own destructors do is
// still under control. Runs in the task that calls, and in the new thread.
#include <pthread.h>

#include <cerrno>

#include "harness/agent/agent.hpp"
#include "harness/agent/calls/births.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/sight.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::TaskIndex;
using control::TaskSlot;

using Body = void* (*)(void*);

// What this process knows of the threads that it started, by slot.
struct Thread {
    pthread_t handle;
    Body body;
    void* argument;
};
Thread threads[control::kMaxTasks];

// Called in rounds while a value is set; in the second, all others have had their turn.
pthread_key_t end_key;
bool has_end_key = false;
constexpr std::uintptr_t kFirstRound = 1, kLastRound = 2;

void end_thread(void* round) {
    if (reinterpret_cast<std::uintptr_t>(round) == kFirstRound) {
        pthread_setspecific(end_key, reinterpret_cast<void*>(kLastRound));
        return;
    }
    leave_plugin();
    end_as_helper();
}

void* run_thread(void* index) {
    const auto task = static_cast<TaskIndex>(reinterpret_cast<std::uintptr_t>(index));
    be_task(task, nullptr, nullptr);
    pthread_setspecific(end_key, reinterpret_cast<void*>(kFirstRound));
    park_as_helper();
    enter_plugin();
    return threads[task].body(threads[task].argument);
}

bool is_detached(const pthread_attr_t* attributes) {
    int state = PTHREAD_CREATE_JOINABLE;
    return attributes != nullptr && pthread_attr_getdetachstate(attributes, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

int create_controlled(pthread_t* thread, const pthread_attr_t* attributes, Body body,
                      void* argument) {
    STAGGER_REAL(pthread_create);
    point(Call::ThreadCreate, control::kNoKey);
    if (!has_end_key && pthread_key_create(&end_key, end_thread) != 0) return EAGAIN;
    has_end_key = true;
    const TaskIndex child = free_slot();
    if (child == control::kNobody) return EAGAIN;
    TaskSlot& slot = self.segment->tasks[child];
    threads[child] = {{}, body, argument};
    const int result =
        real(thread, attributes, run_thread, reinterpret_cast<void*>(std::uintptr_t{child}));
    slot.joined = result != 0 || is_detached(attributes);
    if (result != 0) {
        slot.state = control::TaskState::Ended;
        return result;
    }
    threads[child].handle = *thread;
    process.multi_threaded = true;
    admit(child, process.index);
    return 0;
}

// The slot of a thread that is to be joined; null for one that is no task.
TaskSlot* slot_of(pthread_t thread) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        TaskSlot& slot = self.segment->tasks[i];
        const bool candidate = slot.kind == control::TaskKind::Helper && !slot.joined &&
                               slot.process == process.index && i != self.index;
        if (candidate && pthread_equal(threads[i].handle, thread) != 0) return &slot;
    }
    return nullptr;
}

// One that has not ended, detached or not; kNobody: no task.
TaskIndex find_thread(pthread_t thread) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        const bool candidate = slot.kind == control::TaskKind::Helper &&
                               slot.process == process.index &&
                               slot.state != control::TaskState::Ended;
        if (candidate && pthread_equal(threads[i].handle, thread) != 0) return i;
    }
    return control::kNobody;
}

// Once the task has ended and the next one runs, the kernel is done with it: the real call does
// not wait.
int join_controlled(pthread_t thread, void** result, std::int64_t deadline) {
    STAGGER_REAL(pthread_join);
    EngineCode engine;
    const CancellationPoint here;
    TaskSlot* slot = slot_of(thread);
    if (slot == nullptr) {  // the kernel wakes us
        const int joined = real(thread, result);
        keep_in_sight();
        return joined;
    }
    const auto index = static_cast<TaskIndex>(slot - self.segment->tasks);
    const auto key = control::make_key(control::KeySpace::TaskEnd, index);
    const bool ended = try_when_chosen(Call::ThreadJoin, key, deadline,
                                       [&] { return slot->state == control::TaskState::Ended; });
    if (!ended) return ETIMEDOUT;
    slot->joined = true;
    return real(thread, result);
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                       void* (*body)(void*), void* argument) noexcept {
    STAGGER_REAL(pthread_create);
    if (!controlled()) return real(thread, attributes, body, argument);
    EngineCode engine;
    return create_controlled(thread, attributes, body, argument);
}

STAGGER_INTERCEPTED int pthread_join(pthread_t thread, void** result) {
    STAGGER_REAL(pthread_join);
    if (!controlled()) return real(thread, result);
    return join_controlled(thread, result, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED int pthread_timedjoin_np(pthread_t thread, void** result,
                                             const timespec* deadline) {
    STAGGER_REAL(pthread_timedjoin_np);
    if (!controlled() || deadline == nullptr) return real(thread, result, deadline);
    return join_controlled(thread, result, virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
    STAGGER_REAL(pthread_tryjoin_np);
    TaskSlot* slot = controlled() ? slot_of(thread) : nullptr;
    if (slot == nullptr) return real(thread, result);
    EngineCode engine;
    const auto index = static_cast<std::uint64_t>(slot - self.segment->tasks);
    spinning_point(Call::ThreadJoin,
                   stagger::control::make_key(stagger::control::KeySpace::TaskEnd, index));
    if (slot->state != stagger::control::TaskState::Ended) return EBUSY;
    slot->joined = true;
    return real(thread, result);
}

STAGGER_INTERCEPTED int pthread_detach(pthread_t thread) noexcept {
    STAGGER_REAL(pthread_detach);
    if (TaskSlot* slot = controlled() ? slot_of(thread) : nullptr) slot->joined = true;
    return real(thread);
}

// The thread ends itself, at its next cancellation point that it gets to or waits in. With libc =
// "real" libc's own would end it wherever it is parked, and the token with it.
STAGGER_INTERCEPTED int pthread_cancel(pthread_t thread) {
    STAGGER_REAL(pthread_cancel);
    if (!controlled()) return real(thread);
    EngineCode engine;
    point(Call::Signal, stagger::control::kNoKey);
    if (process.real_libc) {
        finish_execution(stagger::control::Ending::Overflow,
                         "threads are not cancelled under control with libc = \"real\"");
    }
    const int result = real(thread);
    const TaskIndex target = find_thread(thread);
    if (target != stagger::control::kNobody) stagger::control::interrupt(*self.segment, target);
    return result;
}

// Asynchronous cancellation happens at points: between them nothing does.
STAGGER_INTERCEPTED int pthread_setcanceltype(int type, int* old) {
    STAGGER_REAL(pthread_setcanceltype);
    const bool known = type == PTHREAD_CANCEL_DEFERRED || type == PTHREAD_CANCEL_ASYNCHRONOUS;
    if (!controlled() || !known) return real(type, old);
    if (old != nullptr) {
        *old = self.cancelled_anywhere ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
    }
    self.cancelled_anywhere = type == PTHREAD_CANCEL_ASYNCHRONOUS;
    return 0;
}
