// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/agent.hpp"

#include <pthread.h>

#include "harness/agent/free.hpp"
#include "harness/agent/plugin_point.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"
#include "harness/agent/sight.hpp"
#include "harness/agent/signals.hpp"
#include "harness/control/integrity.hpp"

namespace stagger::agent {

constinit thread_local Self self;
Process process;

namespace {

// The main thread's takes a look at /proc; processes forked later inherit the answer.
void find_stack() {
    if (self.stack_high != 0) return;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void* low = nullptr;
    std::size_t size = 0;
    if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
        self.stack_low = reinterpret_cast<std::uintptr_t>(low);
        self.stack_high = self.stack_low + size;
    }
    pthread_attr_destroy(&attributes);
}

struct OtherClients {
    std::uint64_t points = 0;  // how far they have come
    bool ready = false;        // somebody can go on
};

// A backend's servers do not count: what they do is answer requests, such as those of a task that
// asks again and again.
OtherClients other_clients() {
    OtherClients others;
    for (control::TaskIndex task = 0; task < control::kMaxTasks; ++task) {
        const control::TaskSlot& slot = self.segment->tasks[task];
        if (task == self.index || slot.kind == control::TaskKind::Server) continue;
        others.points += slot.point;
        others.ready |= (self.execution().ready & control::bit(task)) != 0;
    }
    return others;
}

}  // namespace

bool use_segment(control::Segment* segment) {
    process.segment = segment;
    find_real_functions();
    find_stack();
    return segment == nullptr || control::harm(*segment) == nullptr;
}

void be_process(std::uint32_t index, bool multi_threaded) {
    process.index = index;
    process.multi_threaded = multi_threaded;
}

void be_task(control::TaskIndex index, void (*on_new_execution)(void*), void* context) {
    self.segment = process.segment;
    self.index = index;
    self.on_new_execution = on_new_execution;
    self.context = context;
    note_thread();
    find_stack();
}

void begin_reset(bool shared) {
    self.resetting = shared ? 1 : 2 + process.index;
    self.made = 0;
}

void end_reset() {
    self.resetting = 0;
}

void await_turn() {
    await_token();
}

void step_point(control::Call call, std::uint32_t site, std::uint32_t object, control::Key key,
                bool reads_only) {
    control::TaskSlot& slot = self.slot();
    slot.site = site;
    slot.object = object;
    point(call, key, reads_only);
}

void enter_plugin() {
    self.place = 0;
    self.in_plugin = true;
}
void leave_plugin() {
    self.in_plugin = false;
}

void plugin_point(const char* label) {
    if (!controlled()) return;
    EngineCode engine;
    point(control::Call::Label,
          control::make_key(control::KeySpace::Name, control::hash_text(label)));
}

void sleep_for(std::int64_t ns) {
    if (self.segment->free.on) return pause_for(ns);
    const std::int64_t now = self.execution().clock;
    const std::int64_t longest = control::kNoDeadline - 1 - now;
    const std::int64_t end = now + (ns < longest ? ns : longest);
    while (wait_for(nullptr, 0, end) == Woken::Signalled) continue;
}

void join(control::TaskMask tasks) {
    if (self.segment->free.on) return await_ends(tasks);
    control::Execution& execution = self.execution();
    for (control::TaskMask all = tasks; all != 0; all &= all - 1) {
        also_reads(control::make_key(control::KeySpace::TaskEnd, control::lowest(all)));
    }
    while (control::TaskMask rest = tasks & ~execution.ended) {
        control::Key keys[control::kMaxTasks];
        std::uint32_t count = 0;
        for (; rest != 0; rest &= rest - 1) {
            keys[count++] = control::make_key(control::KeySpace::TaskEnd, control::lowest(rest));
        }
        wait_for(keys, count, control::kNoDeadline);
    }
}

bool let_others_run() {
    if (self.segment->free.on) return nap_beside_others();
    control::Execution& execution = self.execution();
    if ((execution.ready & ~control::bit(self.index)) != 0) {
        const std::uint64_t before = other_clients().points;
        control::yield(*self.segment, self.index);
        point(control::Call::Yield, control::kNoKey);
        const OtherClients now = other_clients();  // a server's answer may have set one free
        if (now.ready || now.points != before) return true;
    }
    if (execution.next_deadline == control::kNoDeadline) return false;
    wait_for(nullptr, 0, execution.next_deadline);  // those who sleep are not stuck
    return true;
}

void forbid_spurious_wakeups(bool forbidden) {
    self.wakes_when_asked = forbidden;
}

void end_task() {
    if (self.segment->free.on) return leave_free();
    keep_in_sight();
    control::TaskSlot& slot = self.slot();
    slot.call = control::Call::End;
    slot.site = slot.object = control::kNoSite;
    slot.key = control::kNoKey;
    slot.reads_only = false;
    ++slot.point;
    slot.turn = 0;
    control::end_task(*self.segment, self.index);
    hand_over_and_leave(control::pick_successor(*self.segment, self.index));
}

}  // namespace stagger::agent
