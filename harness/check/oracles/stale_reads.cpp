// SPDX-License-Identifier: Apache-2.0
//
// Stale reads: what a read returned was there once, but whatever could have left it had been
// overwritten by a write that completed before the read began. Judged only where the calls on the
// object have no legal order, as the better name for it. Two writes that overlap may destroy each
// other; what is then read is no old version, and the object stays `not-linearizable`.
#include <fmt/format.h>

#include <unordered_map>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/versions.hpp"

namespace stagger::check::oracle {

namespace {

void report(Context& context, const Op& look, const Op& newer) {
    const history::History& history = context.history;
    const history::Call& call = history.calls[look.call];
    context.report(
        Symptom::StaleRead, object_name(history, call.object),
        fmt::format("{} got {}, although {} had completed before.", who_did(history, look.call),
                    result_of(call), who_did(history, newer.call)),
        {newer.call, look.call});
}

// The last write that completed before the look began, and began after all that the look may show.
const Op* overwriting(const Versions& versions, const Look& look) {
    const Op* latest = nullptr;
    for (const Op* write : versions.writes) {
        if (write == look.op || write->responded >= look.op->invoked) continue;
        if (!look.may_show(*write) && (!latest || write->responded > latest->responded))
            latest = write;
    }
    return latest;
}

void judge_looks(Context& context, const Versions& versions) {
    for (const Look& look : versions.looks)
        if (const Op* newer = overwriting(versions, look)) return report(context, *look.op, *newer);
}

// A pop sees only the last item. It is stale if another item lay upon that for certain: appended
// later, completed before the pop began, and popped by nobody.
class PoppedItems {
public:
    PoppedItems(Context& context, const Partition& partition)
        : context_(context), partition_(partition) {
        if (is_list(context.terms, partition.initial))
            for (Term item : list_items(context.terms, partition.initial)) last_source_[item] = -1;
        for (const Op& op : partition.ops) {
            if (op.operation == Operation::Append) {
                auto& last = last_source_.try_emplace(op.value, -1).first->second;
                last = std::max(last, std::int64_t{op.responded});
            }
            if (op.operation == Operation::Pop && !op.known) any_may_be_popped_ = true;
            if (op.operation == Operation::Pop && op.known) popped_[op.result] = true;
        }
    }

    void judge() {
        if (any_may_be_popped_) return;
        for (const Op& op : partition_.ops) {
            if (op.operation != Operation::Pop || !op.known || op.status != ResultStatus::Ok)
                continue;
            if (const Op* upon = lying_upon(op)) return report(context_, op, *upon);
        }
    }

private:
    const Op* lying_upon(const Op& pop) {
        const auto source = last_source_.find(pop.result);
        if (source == last_source_.end()) return nullptr;
        for (const Op& op : partition_.ops) {
            const bool appended = op.operation == Operation::Append && op.known &&
                                  op.status == ResultStatus::Ok && op.responded < pop.invoked;
            if (appended && op.invoked > source->second && !popped_.contains(op.value)) return &op;
        }
        return nullptr;
    }

    Context& context_;
    const Partition& partition_;
    std::unordered_map<Term, std::int64_t> last_source_;  // of an item: when it last came in
    std::unordered_map<Term, bool> popped_;
    bool any_may_be_popped_ = false;
};

}  // namespace

void stale_reads(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        if (context.standing[object] != Standing::NotLinearizable) continue;
        if (!has_versions(context.history.objects[object].type)) continue;
        for (const Partition& partition : partitions(context, object)) {
            judge_looks(context, versions_of(context, partition));
            PoppedItems(context, partition).judge();
        }
    }
}

}  // namespace stagger::check::oracle
