// SPDX-License-Identifier: Apache-2.0
#include "harness/check/lost_update.hpp"

#include <fmt/format.h>

#include "harness/base/excerpt.hpp"

namespace stagger::check {

namespace {

using history::kNone;

// What a transaction did with one slot.
struct Update {
    const Transaction* transaction = nullptr;
    const Op* read = nullptr;   // before it wrote; null if it wrote blindly
    const Op* write = nullptr;  // its last one
    bool overwrites = false;    // the write puts its value in place of whatever was there
};

bool reads_content(Operation operation) {
    switch (operation) {
        case Operation::Load:
        case Operation::Swap:
        case Operation::Add:
        case Operation::Read:
        case Operation::Get:
            return true;
        default:
            return false;
    }
}

bool overwrites_content(Operation operation) {
    switch (operation) {
        case Operation::Store:
        case Operation::Swap:
        case Operation::Set:
        case Operation::Erase:
            return true;
        default:
            return false;
    }
}

class LostUpdates {
public:
    LostUpdates(Context& context, const Group& group, std::uint32_t slot)
        : context_(context), group_(group), slot_(slot) {
        for (const Transaction& transaction : group.transactions) {
            const Update update = update_of(transaction);
            if (update.write) updates_.push_back(update);
        }
    }

    bool report() {
        for (const Update& a : updates_)
            for (const Update& b : updates_)
                if (&a < &b && read_the_same(a, b)) return report_both(a, b), true;
        for (const Update& a : updates_)
            for (const Update& b : updates_)
                if (&a != &b && overwrote_unseen(a, b)) return report_overwritten(a, b), true;
        return false;
    }

private:
    Update update_of(const Transaction& transaction) const {
        Update update;
        update.transaction = &transaction;
        for (const auto& [slot, op] : transaction.effects) {
            if (slot != slot_ || !op.known || op.status != ResultStatus::Ok) continue;
            if (!update.read && !update.write && reads_content(op.operation)) update.read = &op;
            if (!takes_effect(op)) continue;
            update.write = &op;
            update.overwrites = overwrites_content(op.operation);
        }
        return update;
    }

    bool takes_effect(const Op& op) const {
        const bool conditional = op.operation == Operation::Cas || op.operation == Operation::Erase;
        if (conditional) return op.result == value_term(context_.terms, Value(true));
        return writes(op.operation);
    }

    // Both read one version, and neither write can have been there when the other read.
    bool read_the_same(const Update& a, const Update& b) const {
        if (!a.read || !b.read || a.read->result != b.read->result) return false;
        if (!is_whole(a) && !is_whole(b)) return false;
        const bool both_add = is_addition(a) && is_addition(b);
        if (!a.overwrites && !b.overwrites && !both_add) return false;
        return a.write->responded > b.read->invoked && b.write->responded > a.read->invoked;
    }

    // `b` wrote for certain after `a` read and before `a` wrote over it.
    bool overwrote_unseen(const Update& a, const Update& b) const {
        if (!is_whole(a) || !a.read || !a.overwrites || a.read == a.write) return false;
        return a.read->responded < b.write->invoked && b.write->responded < a.write->invoked;
    }

    // One operation that gives the old value. Two that got the same one destroyed each other.
    static bool is_addition(const Update& update) {
        return update.read == update.write && update.write->operation == Operation::Add;
    }

    static bool is_whole(const Update& update) {
        return update.transaction->block != kNone || update.transaction->is_update;
    }

    std::string task(const Update& update) const {
        return task_name(context_.history, update.transaction->task);
    }

    // "stored 101", "set 5"
    std::string written(const Update& update) const {
        const history::Call& call = context_.history.calls[update.write->call];
        switch (call.operation) {
            case Operation::Erase:
                return "erased it";
            case Operation::Add:
                return fmt::format("added {}", excerpt(call.value));
            case Operation::Append:
                return fmt::format("appended {}", excerpt(call.value));
            case Operation::Pop:
                return fmt::format("popped {}", excerpt(call.result));
            default:
                return fmt::format("stored {}", excerpt(call.value));
        }
    }

    std::string seen(const Update& update) const {
        return excerpt(context_.history.calls[update.read->call].result);
    }

    void report_both(const Update& a, const Update& b) {
        const bool alike = written(a) == written(b);
        const std::string both =
            alike ? fmt::format("and {}", written(a))
                  : fmt::format("then {} {} and {} {}", task(a), written(a), task(b), written(b));
        emit(fmt::format("{} and {} both read {} = {}{} {}: one of the two updates is lost.",
                         task(a), task(b), name(), seen(a), alike ? "" : ",", both),
             {a.read->call, b.read->call, a.write->call, b.write->call});
    }

    void report_overwritten(const Update& a, const Update& b) {
        emit(fmt::format("{} read {} = {}, then {} {}, and {} {} without having seen that: the "
                         "update of {} is lost.",
                         task(a), name(), seen(a), task(b), written(b), task(a), written(a),
                         task(b)),
             {a.read->call, b.write->call, a.write->call});
    }

    const std::string& name() const { return group_.slots[slot_].name; }

    void emit(std::string text, std::vector<std::uint32_t> calls) {
        context_.report(Symptom::LostUpdate,
                        object_name(context_.history, group_.slots[slot_].object), std::move(text),
                        std::move(calls));
    }

    Context& context_;
    const Group& group_;
    std::uint32_t slot_;
    std::vector<Update> updates_;
};

}  // namespace

bool report_lost_updates(Context& context, const Group& group) {
    bool any = false;
    for (std::uint32_t slot = 0; slot < group.slots.size(); ++slot)
        any = LostUpdates(context, group, slot).report() || any;
    return any;
}

}  // namespace stagger::check
