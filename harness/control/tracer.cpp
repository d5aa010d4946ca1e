// SPDX-License-Identifier: Apache-2.0
#include "harness/control/tracer.hpp"

namespace stagger::control {
namespace {

TraceEntry* next_entry(Trace& trace) {
    if (trace.count < kMaxTraced) return &trace.entries[trace.count++];
    trace.full = true;
    return nullptr;
}

void fill_in_question(const Segment& segment, const Question& question, TraceEntry& entry) {
    entry.candidates = question.candidates;
    const bool asked = question.self != kNobody;
    entry.asker = asked ? static_cast<std::uint8_t>(question.self) : kNoTask;
    entry.asked_point = asked ? segment.tasks[question.self].point : 0;
    entry.turn = asked ? segment.tasks[question.self].turn : std::uint16_t{0};
}

void add_entry(Segment& segment, TraceKind kind, TaskIndex task, Key key) {
    TraceEntry* entry = next_entry(segment.trace);
    if (entry == nullptr) return;
    *entry = TraceEntry{};
    entry->key = key;
    entry->site = entry->object = kNoSite;
    entry->task = task < kMaxTasks ? static_cast<std::uint8_t>(task) : kNoTask;
    entry->asker = kNoTask;
    entry->kind = kind;
    entry->reads_only = kind != TraceKind::Touch;
}

}  // namespace

void trace_event(Segment& segment, const Question& question, TaskIndex chosen) {
    TraceEntry* entry = next_entry(segment.trace);
    if (entry == nullptr) return;
    const TaskSlot& slot = segment.tasks[chosen];
    fill_in_question(segment, question, *entry);
    entry->key = slot.key;
    entry->point = slot.point;
    entry->site = slot.site;
    entry->object = slot.object;
    entry->call = slot.call;
    entry->task = static_cast<std::uint8_t>(chosen);
    entry->kind = TraceKind::Event;
    entry->reads_only = slot.reads_only;
    entry->touched = false;
}

void trace_wake(Segment& segment, const Question& question, TaskIndex chosen) {
    TraceEntry* entry = next_entry(segment.trace);
    if (entry == nullptr) return;
    *entry = TraceEntry{};
    fill_in_question(segment, question, *entry);
    entry->task = static_cast<std::uint8_t>(chosen);
    entry->kind = TraceKind::Wake;
}

// Most calls touch only the key that their event names already.
void trace_footprint(Segment& segment, TraceKind kind, Key key) {
    Trace& trace = segment.trace;
    if (trace.count > 0) {
        TraceEntry& last = trace.entries[trace.count - 1];
        const bool covered = last.key == key && (kind == TraceKind::Look || !last.reads_only);
        last.touched |= covered && kind == TraceKind::Touch;
        if (covered) return;
    }
    add_entry(segment, kind, segment.execution.holder, key);
}

void trace_wait(Segment& segment, TaskIndex task, const Key* keys, std::uint32_t count) {
    if (count > kMaxWaitKeys) return add_entry(segment, TraceKind::Wait, task, kAnyKey);
    for (std::uint32_t i = 0; i < count; ++i) add_entry(segment, TraceKind::Wait, task, keys[i]);
}

void trace_rest(Segment& segment, const Question& question) {
    TraceEntry* entry = next_entry(segment.trace);
    if (entry == nullptr) return;
    *entry = TraceEntry{};
    fill_in_question(segment, question, *entry);
    entry->task = kNoTask;
    entry->kind = TraceKind::Rest;
}

void trace_jump(Segment& segment) {
    add_entry(segment, TraceKind::Jump, kNobody, kNoKey);
}

}  // namespace stagger::control
