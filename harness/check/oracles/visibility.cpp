// SPDX-License-Identifier: Apache-2.0
//
// Writes that nobody sees. `never-visible`: a write completed, at least one other process looked
// after that (the parent at the end included), and none that did ever saw it or anything newer.
// `visible = { n = 10 }`: every read that begins at least that long after a write completed sees it
// or something newer; if no later read ever does it is `never-visible`, else a `stale-read`.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/versions.hpp"

namespace stagger::check::oracle {

namespace {

using history::History;

class Visibility {
public:
    Visibility(Context& context, const Partition& partition)
        : context_(context),
          history_(context.history),
          partition_(partition),
          versions_(versions_of(context, partition)) {}

    void judge_never_visible() {
        for (const Op* write : versions_.writes) {
            if (context_.out_of_time()) return;
            const std::size_t looks = looks_after(*write);
            if (looks > 0 && !ever_seen(*write)) return report_never(*write, looks);
        }
    }

    // Whether some read was late enough to be bound.
    bool judge_bound(double seconds) {
        bool reached = false;
        const double bound = seconds * 1e9;
        for (const Look& look : versions_.looks) {
            if (look.is_snapshot || context_.out_of_time()) continue;
            for (const Op* write : versions_.writes) {
                if (!is_bound(look, *write, bound)) continue;
                reached = true;
                if (!look.may_show(*write)) report_late(look, *write, seconds);
            }
        }
        return reached;
    }

private:
    std::uint32_t process(const Op& op) const { return history_.tasks[op.task].process; }

    bool is_later_look(const Look& look, const Op& write) const {
        return look.op->invoked > write.responded && process(*look.op) != process(write);
    }

    std::size_t looks_after(const Op& write) const {
        return static_cast<std::size_t>(
            std::count_if(versions_.looks.begin(), versions_.looks.end(),
                          [&](const Look& look) { return is_later_look(look, write); }));
    }

    bool ever_seen(const Op& write) const {
        const bool looked_at = std::any_of(
            versions_.looks.begin(), versions_.looks.end(),
            [&](const Look& look) { return is_later_look(look, write) && look.may_show(write); });
        return looked_at || (write.operation == Operation::Append && was_popped(write));
    }

    // Who pops an item has seen it, though not the list.
    bool was_popped(const Op& append) const {
        return std::any_of(partition_.ops.begin(), partition_.ops.end(), [&](const Op& op) {
            return op.operation == Operation::Pop && process(op) != process(append) &&
                   (!op.known || op.result == append.value);
        });
    }

    bool is_bound(const Look& look, const Op& write, double bound) const {
        const history::Call& read = history_.calls[look.op->call];
        const history::Call& written = history_.calls[write.call];
        if (read.task == written.task || read.invoked <= written.responded) return false;
        return static_cast<double>(read.invoked_at - written.responded_at) >= bound;
    }

    void report_never(const Op& write, std::size_t looks) {
        const std::string name = partition_name(history_, partition_);
        context_.report(
            Symptom::NeverVisible, object_name(history_, partition_.object),
            fmt::format("{} completed, but no other process ever saw it or anything newer in the "
                        "{} that looked at {} later.",
                        who_did(history_, write.call),
                        looks == 1 ? "one read" : fmt::format("{} reads", looks), name),
            {write.call});
    }

    void report_late(const Look& look, const Op& write, double seconds) {
        if (looks_after(write) > 0 && !ever_seen(write))
            return report_never(write, looks_after(write));
        const history::Call& read = history_.calls[look.op->call];
        context_.report(Symptom::StaleRead, object_name(history_, partition_.object),
                        fmt::format("{} got {}, although {} had completed more than {} s before.",
                                    who_did(history_, look.op->call), result_of(read),
                                    who_did(history_, write.call), seconds),
                        {write.call, look.op->call});
    }

    Context& context_;
    const History& history_;
    const Partition& partition_;
    Versions versions_;
};

// "n", or for an array "n[2]" under the name "n".
const double* bound_of(const Context& context, std::uint32_t object) {
    const std::string& name = context.history.objects[object].name;
    const auto& bounds = context.expectations.visible;
    auto found = bounds.find(name);
    if (found == bounds.end()) found = bounds.find(name.substr(0, name.find('[')));
    return found == bounds.end() ? nullptr : &found->second;
}

}  // namespace

void visibility(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object) {
        const double* bound = bound_of(context, object);
        const bool suspicious = context.standing[object] == Standing::NotLinearizable;
        if (!bound && !suspicious) continue;
        if (!has_versions(context.history.objects[object].type)) continue;
        for (const Partition& partition : partitions(context, object)) {
            Visibility judge(context, partition);
            if (suspicious) judge.judge_never_visible();
            if (bound && judge.judge_bound(*bound)) context.visible_bound_reached();
        }
    }
}

}  // namespace stagger::check::oracle
