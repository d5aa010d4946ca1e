// SPDX-License-Identifier: Apache-2.0
//
// Sections exclude: two tasks are never inside sections of one name at once, unless both are
// readers. Judged on definite occupation, from when a task had entered to when it began to leave.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::kNone;
using history::Span;

// Who died inside is inside no longer; the last that is known of it is its last step.
std::uint32_t last_sign_of_life(const history::History& history, std::uint32_t task) {
    std::uint32_t last = 0;
    for (const history::Call& call : history.calls) {
        if (call.task != task) continue;
        last = std::max({last, call.invoked, call.responded == kNone ? 0 : call.responded});
    }
    return last;
}

bool is_dead(const history::History& history, std::uint32_t task) {
    return history.ending == history::Ending::Crash && history.culprit != kNone &&
           history.tasks[history.culprit].process == history.tasks[task].process;
}

std::uint32_t left(const history::History& history, const Span& span) {
    if (span.left != kNone || !is_dead(history, span.task)) return span.left;
    return std::max(span.entered, last_sign_of_life(history, span.task));
}

}  // namespace

void sections(Context& context) {
    const history::History& history = context.history;
    std::vector<Span> spans = history.sections;
    std::sort(spans.begin(), spans.end(),
              [](const Span& a, const Span& b) { return a.entered < b.entered; });
    std::vector<const Span*> inside;
    for (const Span& span : spans) {
        std::erase_if(inside,
                      [&](const Span* other) { return left(history, *other) <= span.entered; });
        for (const Span* other : inside) {
            const bool both_read = other->shared && span.shared;
            if (other->name != span.name || other->task == span.task || both_read) continue;
            context.report(
                Symptom::MutualExclusion, span.name,
                fmt::format("{} and {} were both inside the section {}: {} entered "
                            "before {} left.",
                            task_name(history, other->task), task_name(history, span.task),
                            span.name, task_name(history, span.task),
                            task_name(history, other->task)));
        }
        inside.push_back(&span);
    }
}

}  // namespace stagger::check::oracle
