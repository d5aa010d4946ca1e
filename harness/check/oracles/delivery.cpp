// SPDX-License-Identifier: Apache-2.0
//
// Delivery: what was put into a queue is taken from it once, in order, and nothing else is. Judged
// at the end, and only where the calls on the queue have no legal order or none is promised.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/excerpt.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::kNone;

constexpr std::uint32_t kInitially = kNone - 1;  // the producer of initial values

// When a value came in or out, between two positions; `rank` orders what is seen at one moment.
struct Passage {
    std::uint32_t call = kNone;
    std::uint32_t task = kInitially;
    std::int64_t invoked = -1;
    std::int64_t responded = -1;
    std::size_t rank = 0;
    bool certain = true;

    bool precedes(const Passage& other) const {
        if (call == other.call) return rank < other.rank;
        return responded < other.invoked;
    }
};

struct Message {
    Term value = 0;
    std::vector<Passage> in, out;
    std::size_t certainly_in = 0;

    bool passed_once() const { return in.size() == 1 && out.size() == 1; }
};

class Delivery {
public:
    Delivery(Context& context, const Partition& partition)
        : context_(context),
          object_(context.history.objects[partition.object]),
          partition_(partition) {
        collect();
    }

    void judge() {
        for (const auto& [value, message] : messages_) {
            judge_origin(message);
            if (!object_.contract.duplicating) judge_copies(message);
        }
        if (!object_.contract.lossy) judge_losses();
        if (object_.contract.fifo_scope != STAGGER_FIFO_NONE) judge_order();
    }

private:
    Message& message(Term value) {
        Message& found = messages_[value];
        found.value = value;
        return found;
    }

    void collect() {
        if (const Value::List* list = object_.initial.list())
            for (std::size_t i = 0; i < list->size(); ++i) {
                Passage passage;
                passage.rank = i;
                add_in(value_term(context_.terms, (*list)[i]), passage);
            }
        for (const Op& op : partition_.ops) collect(op);
    }

    void collect(const Op& op) {
        Passage passage{op.call, op.task, op.invoked, op.responded, 0, op.known};
        if (op.responded == kNone) passage.responded = std::numeric_limits<std::int64_t>::max();
        if (op.operation == Operation::Take && !op.known) ++unknown_takes_;
        if (op.status != ResultStatus::Ok) {
            if (op.operation == Operation::Take) refusals_.push_back(&op);
            return;
        }
        if (op.operation == Operation::Put) add_in(op.value, passage);
        if (op.operation == Operation::Take && op.known) message(op.result).out.push_back(passage);
        if (op.operation == Operation::Snapshot && is_list(context_.terms, op.result)) {
            seen_at_the_end_ = true;
            for (Term value : list_items(context_.terms, op.result)) {
                message(value).out.push_back(passage);
                ++passage.rank;
            }
        }
    }

    void add_in(Term value, const Passage& passage) {
        Message& found = message(value);
        found.in.push_back(passage);
        if (passage.certain) ++found.certainly_in;
    }

    void judge_origin(const Message& message) {
        for (const Passage& out : message.out) {
            const bool was_put = std::any_of(message.in.begin(), message.in.end(),
                                             [&](const Passage& in) { return !out.precedes(in); });
            if (was_put) continue;
            const char* how = message.in.empty() ? "which nobody ever put there"
                                                 : "before anyone had put it there";
            return report(Symptom::InventedMessage,
                          fmt::format("{} got {} out of {}, {}.", taker(out), text(message, out),
                                      object_.name, how),
                          {out.call});
        }
    }

    void judge_copies(const Message& message) {
        if (message.in.empty() || message.out.size() <= message.in.size()) return;
        std::vector<std::uint32_t> calls;
        for (const Passage& out : message.out) calls.push_back(out.call);
        report(Symptom::DuplicateMessage,
               fmt::format(
                   "{} came out of {} {} times, but was put there {}.",
                   text(message, message.out.front()), object_.name, message.out.size(),
                   message.in.size() == 1 ? "once" : fmt::format("{} times", message.in.size())),
               std::move(calls));
    }

    // A value that is still missing at the end is lost if the queue shows that it no longer has it.
    // Takes of unknown outcome may each have got one.
    void judge_losses() {
        std::size_t excused = unknown_takes_;
        for (const auto& [value, message] : messages_) {
            if (message.certainly_in <= message.out.size()) continue;
            const Passage* put = nullptr;
            for (const Passage& in : message.in)
                if (in.certain && shown_to_be_gone(in)) put = &in;
            if (!put) continue;
            const std::size_t missing = message.certainly_in - message.out.size();
            if (missing <= excused) {
                excused -= missing;
                continue;
            }
            return report_loss(*put, message);
        }
    }

    bool shown_to_be_gone(const Passage& put) const {
        const bool found_empty = std::any_of(refusals_.begin(), refusals_.end(), [&](const Op* op) {
            return put.responded < std::int64_t{op->invoked};
        });
        return seen_at_the_end_ || found_empty || was_overtaken(put);
    }

    bool was_overtaken(const Passage& put) const {
        if (object_.contract.fifo_scope == STAGGER_FIFO_NONE) return false;
        return std::any_of(messages_.begin(), messages_.end(), [&](const auto& item) {
            const Message& other = item.second;
            return other.passed_once() && is_ordered(put, other.in[0]);
        });
    }

    bool is_ordered(const Passage& first, const Passage& second) const {
        const bool in_scope =
            object_.contract.fifo_scope == STAGGER_FIFO_GLOBAL || first.task == second.task;
        return in_scope && first.precedes(second);
    }

    void judge_order() {
        for (const auto& [a, first] : messages_) {
            if (!first.passed_once() || context_.out_of_time()) continue;
            for (const auto& [b, second] : messages_) {
                if (!second.passed_once() || !is_ordered(first.in[0], second.in[0])) continue;
                if (!second.out[0].precedes(first.out[0])) continue;
                return report(
                    Symptom::ReorderedMessage,
                    fmt::format("{} was put into {} before {}, but came out after it.",
                                text(first, first.out[0]), object_.name,
                                text(second, second.out[0])),
                    {first.in[0].call, second.in[0].call, second.out[0].call, first.out[0].call});
            }
        }
    }

    void report_loss(const Passage& put, const Message& message) {
        const std::string value = put.call == kNone
                                      ? excerpt((*object_.initial.list())[put.rank])
                                      : excerpt(context_.history.calls[put.call].value);
        const std::string who =
            put.call == kNone ? fmt::format("{} was in {} from the start", value, object_.name)
                              : fmt::format("{} put {} into {}", taker(put), value, object_.name);
        const bool several = message.certainly_in > 1;
        report(Symptom::LostMessage,
               fmt::format("{}, but {}.", who,
                           several ? fmt::format("only {} of {} such values came out",
                                                 message.out.size(), message.certainly_in)
                                   : std::string("it never came out")),
               {put.call});
    }

    void report(Symptom symptom, std::string text, std::vector<std::uint32_t> calls) {
        std::erase(calls, kNone);
        context_.report(symptom, object_.name, std::move(text), std::move(calls));
    }

    std::string taker(const Passage& passage) const {
        return task_name(context_.history, passage.task);
    }

    std::string text(const Message&, const Passage& out) const {
        const history::Call& call = context_.history.calls[out.call];
        if (call.operation != Operation::Snapshot) return excerpt(call.result);
        return excerpt((*call.result.list())[out.rank]);
    }

    Context& context_;
    const history::Object& object_;
    const Partition& partition_;
    std::map<Term, Message> messages_;
    std::vector<const Op*> refusals_;  // takes that found nothing
    std::size_t unknown_takes_ = 0;
    bool seen_at_the_end_ = false;
};

}  // namespace

void delivery(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        if (context.history.objects[object].type != ObjectType::Queue) continue;
        if (context.standing[object] == Standing::Linearizable) continue;
        for (const Partition& partition : partitions(context, object)) {
            if (context.terms.exhausted())
                return context.inconclusive(SearchOutcome::OutOfMemory, "The values in queues");
            Delivery(context, partition).judge();
        }
    }
}

}  // namespace stagger::check::oracle
