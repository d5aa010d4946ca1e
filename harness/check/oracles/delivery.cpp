// SPDX-License-Identifier: Apache-2.0
//
// Delivery: what was put into a queue is taken from it once, in order, and nothing else is; the
// same for the frames of a stream, and for what a topic owes each of its subscribers. Judged at the
// end, and only where the calls on the object have no legal order or none is promised.
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

bool is_in(Operation operation) {
    return operation == Operation::Put || operation == Operation::Publish ||
           operation == Operation::StreamWrite;
}
bool is_out(Operation operation) {
    return operation == Operation::Take || operation == Operation::Receive ||
           operation == Operation::StreamRead;
}

struct Message {
    const Value* value = nullptr;
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
        // A topic that loses values counts them: what it owns up to is legal, and no more.
        if (!object_.contract.lossy || (is_topic() && seen_at_the_end_)) judge_losses();
        if (is_topic() && seen_at_the_end_) judge_ledger();
        if (object_.contract.fifo_scope != STAGGER_FIFO_NONE) judge_order();
    }

private:
    bool is_topic() const { return partition_.subscriber != kNone; }

    Message& message(Term term, const Value& value) {
        Message& found = messages_[term];
        found.value = &value;
        return found;
    }

    void collect() {
        if (const Value::List* list = object_.initial.list())
            for (std::size_t i = 0; i < list->size(); ++i) {
                Passage passage;
                passage.rank = i;
                add_in(value_term(context_.terms, (*list)[i]), (*list)[i], passage);
            }
        // First: what is published may have begun before that.
        for (const Op& op : partition_.ops)
            if (op.operation == Operation::Subscribe && !subscribed_) subscribed_ = &op;
        for (const Op& op : partition_.ops) collect(op);
    }

    void collect(const Op& op) {
        const history::Call& call = context_.history.calls[op.call];
        Passage passage{op.call, op.task, op.invoked, op.responded, 0, op.known};
        if (op.responded == kNone) passage.responded = std::numeric_limits<std::int64_t>::max();
        if (is_out(op.operation) && !op.known) ++unknown_takes_;
        if (op.status != ResultStatus::Ok) {
            if (is_out(op.operation)) refusals_.push_back(&op);
            return;
        }
        if (is_in(op.operation) && may_be_owed(op, passage)) add_in(op.value, call.value, passage);
        if (is_out(op.operation) && op.known)
            message(op.result, call.result).out.push_back(passage);
        if (op.operation == Operation::Snapshot && is_list(context_.terms, op.result))
            collect_rest(op, passage);
    }

    // A subscriber is owed what is published after its subscribe returned; what is published while
    // it subscribes, it may get.
    bool may_be_owed(const Op& op, Passage& passage) const {
        if (!is_topic()) return true;
        const bool before = !subscribed_ || op.responded < subscribed_->invoked;
        passage.certain = passage.certain && !before && op.invoked > subscribed_->responded;
        return !before;
    }

    // What the parent sees is left.
    void collect_rest(const Op& op, Passage passage) {
        seen_at_the_end_ = true;
        const Value* seen = &context_.history.calls[op.call].result;
        if (is_topic()) seen = held_for(*seen, partition_.subscriber);
        if (seen == nullptr || !seen->list()) return;
        const auto terms = list_items(context_.terms, op.result);
        for (std::size_t i = 0; i < terms.size(); ++i) {
            passage.rank = i;
            message(terms[i], (*seen->list())[i]).out.push_back(passage);
        }
    }

    static const Value* held_for(const Value& snapshot, std::uint32_t task) {
        const auto subscriber = snapshot.map()->find(Value(std::int64_t{task}));
        if (subscriber == snapshot.map()->end() || !subscriber->second.map()) return nullptr;
        const auto held = subscriber->second.map()->find(Value("held"));
        return held == subscriber->second.map()->end() ? nullptr : &held->second;
    }

    void add_in(Term term, const Value& value, const Passage& passage) {
        Message& found = message(term, value);
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
                          fmt::format("{} got {} out of {}, {}.", taker(out),
                                      excerpt(*message.value), object_.name, how),
                          {out.call});
        }
    }

    void judge_copies(const Message& message) {
        if (message.in.empty() || message.out.size() <= message.in.size()) return;
        std::vector<std::uint32_t> calls;
        for (const Passage& out : message.out) calls.push_back(out.call);
        report(Symptom::DuplicateMessage,
               fmt::format(
                   "{} came out of {} {} times, but was put there {}.", excerpt(*message.value),
                   object_.name, message.out.size(),
                   message.in.size() == 1 ? "once" : fmt::format("{} times", message.in.size())),
               std::move(calls));
    }

    // A value that is still missing at the end is lost if the queue shows that it no longer has it.
    // Takes of unknown outcome may each have got one.
    void judge_losses() {
        std::size_t excused = unknown_takes_ + reported_lost();
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

    std::size_t reported_lost() const {
        return static_cast<std::size_t>(std::max<std::int64_t>(partition_.reported_lost, 0));
    }

    // sent = received + reported lost + left, for each subscriber. Too few are losses; this is
    // about too many.
    void judge_ledger() {
        std::size_t sent = 0, arrived = 0;
        for (const auto& [value, message] : messages_) {
            sent += message.in.size();
            arrived += message.out.size();
        }
        if (reported_lost() == 0 || arrived + reported_lost() <= sent) return;
        report(
            Symptom::InventedMessage,
            fmt::format("{} says that {} lost {} of its values, but of {} published {} arrived or "
                        "are left.",
                        object_.name, task_name(context_.history, partition_.subscriber),
                        reported_lost(), sent, arrived),
            {});
    }

    void judge_order() {
        for (const auto& [a, first] : messages_) {
            if (!first.passed_once()) continue;
            if (context_.out_of_time())
                return context_.inconclusive(SearchOutcome::OutOfTime,
                                             "The values of " + object_.name);
            for (const auto& [b, second] : messages_) {
                if (!second.passed_once() || !is_ordered(first.in[0], second.in[0])) continue;
                if (!second.out[0].precedes(first.out[0])) continue;
                return report(
                    Symptom::ReorderedMessage,
                    fmt::format("{} was put into {} before {}, but came out after it.",
                                excerpt(*first.value), object_.name, excerpt(*second.value)),
                    {first.in[0].call, second.in[0].call, second.out[0].call, first.out[0].call});
            }
        }
    }

    void report_loss(const Passage& put, const Message& message) {
        const std::string value = excerpt(*message.value);
        const std::string who =
            put.call == kNone ? fmt::format("{} was in {} from the start", value, object_.name)
            : is_topic()      ? fmt::format("{} published {} to {}, and {} had subscribed to it",
                                            taker(put), value, object_.name,
                                            task_name(context_.history, partition_.subscriber))
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

    Context& context_;
    const history::Object& object_;
    const Partition& partition_;
    std::map<Term, Message> messages_;
    std::vector<const Op*> refusals_;  // takes that found nothing
    const Op* subscribed_ = nullptr;   // of a topic: when the subscriber began to be owed
    std::size_t unknown_takes_ = 0;
    bool seen_at_the_end_ = false;
};

bool carries_values(const history::Object& object) {
    return object.type == ObjectType::Queue || object.type == ObjectType::Topic ||
           (object.type == ObjectType::Stream && object.contract.framed);
}

}  // namespace

void delivery(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        if (!carries_values(context.history.objects[object])) continue;
        if (context.standing[object] == Standing::Linearizable) continue;
        for (const Partition& partition : partitions(context, object)) {
            if (context.terms.exhausted())
                return context.inconclusive(SearchOutcome::OutOfMemory, "The values in queues");
            Delivery(context, partition).judge();
        }
    }
}

}  // namespace stagger::check::oracle
