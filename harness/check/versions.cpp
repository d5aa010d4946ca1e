// SPDX-License-Identifier: Apache-2.0
#include "harness/check/versions.hpp"

#include <algorithm>
#include <optional>

namespace stagger::check {

namespace {

using history::kNone;

class Finder {
public:
    Finder(Context& context, const Partition& partition)
        : terms_(context.terms), partition_(partition) {
        count_items();
    }

    // What a call says about the content before it; none for calls that do not look.
    std::optional<Term> content_seen(const Op& op) {
        if (!op.known) return std::nullopt;
        switch (op.operation) {
            case Operation::Load:
            case Operation::Swap:
            case Operation::Add:
            case Operation::Read:
            case Operation::Get:
            case Operation::Snapshot:
                return op.result;
            case Operation::Cas:
                return succeeded(op) ? std::optional(op.expected) : std::nullopt;
            case Operation::Pop:
                return op.status == ResultStatus::Empty ? std::optional(empty_list(terms_))
                                                        : std::nullopt;
            default:
                return std::nullopt;
        }
    }

    bool takes_effect(const Op& op) {
        if (!op.known || !writes(op.operation)) return false;
        if (op.operation == Operation::Cas || op.operation == Operation::Erase)
            return succeeded(op);
        return op.status == ResultStatus::Ok;
    }

    // Whether the content may be `content` right after `op`. In doubt, yes.
    bool could_leave(const Op& op, Term content) {
        switch (op.operation) {
            case Operation::Store:
            case Operation::Swap:
            case Operation::Set:
                return op.value == content;
            case Operation::Cas:
                return op.value == content && (!op.known || succeeded(op));
            case Operation::Add:
                return !op.known || sum_term(terms_, op.result, op.value) == content;
            case Operation::Erase:
                return content == nil_term(terms_) && (!op.known || succeeded(op));
            case Operation::Append:
                return could_append(op.value, content);
            case Operation::Pop:
                return could_pop(op, content);
            default:
                return false;
        }
    }

    void find_sources(Look& look) {
        look.explained = look.content == partition_.initial || is_list_not_yet_there(look.content);
        for (const Op& op : partition_.ops) {
            if (&op == look.op || op.invoked > look.op->responded) continue;
            if (op.operation == Operation::Snapshot || !could_leave(op, look.content)) continue;
            look.explained = true;
            look.newest_source = std::max(look.newest_source, std::int64_t{op.responded});
        }
    }

private:
    // A list inside a map that nobody made yet may be read as an empty one.
    bool is_list_not_yet_there(Term content) {
        return partition_.initial == nil_term(terms_) && is_empty_list(terms_, content);
    }

    bool succeeded(const Op& op) { return op.result == value_term(terms_, Value(true)); }

    // How often each item can be in the list at all: as often as it was put there.
    void count_items() {
        if (is_list(terms_, partition_.initial))
            for (Term item : list_items(terms_, partition_.initial)) ++available_[item];
        for (const Op& op : partition_.ops)
            if (op.operation == Operation::Append) ++available_[op.value];
    }

    bool could_append(Term item, Term content) {
        if (!is_list(terms_, content) || is_empty_list(terms_, content)) return false;
        return list_parts(terms_, content).last == item && was_available(content, std::nullopt);
    }

    bool could_pop(const Op& op, Term content) {
        if (op.known && op.status != ResultStatus::Ok) return false;
        if (!is_list(terms_, content)) return false;
        return was_available(content, op.known ? std::optional(op.result) : std::nullopt);
    }

    bool was_available(Term content, std::optional<Term> popped) {
        std::unordered_map<Term, std::size_t> needed;
        if (popped) ++needed[*popped];
        for (Term item : list_items(terms_, content)) ++needed[item];
        return std::all_of(needed.begin(), needed.end(), [&](const auto& item) {
            const auto found = available_.find(item.first);
            return found != available_.end() && found->second >= item.second;
        });
    }

    Terms& terms_;
    const Partition& partition_;
    std::unordered_map<Term, std::size_t> available_;
};

}  // namespace

Versions versions_of(Context& context, const Partition& partition) {
    Finder finder(context, partition);
    Versions versions;
    for (const Op& op : partition.ops) {
        if (finder.takes_effect(op)) versions.writes.push_back(&op);
        const auto content = finder.content_seen(op);
        if (!content) continue;
        if (context.out_of_time()) {
            versions.complete = false;
            return versions;
        }
        Look look;
        look.op = &op;
        look.content = *content;
        look.is_snapshot = op.operation == Operation::Snapshot;
        finder.find_sources(look);
        versions.looks.push_back(look);
    }
    return versions;
}

bool has_versions(ObjectType type) {
    return type == ObjectType::Register || type == ObjectType::List || type == ObjectType::Map;
}

}  // namespace stagger::check
