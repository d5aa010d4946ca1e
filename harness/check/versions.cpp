// SPDX-License-Identifier: Apache-2.0
#include "harness/check/versions.hpp"

#include <algorithm>
#include <optional>

namespace stagger::check {

namespace {

class Finder {
public:
    Finder(Context& context, const Partition& partition)
        : terms_(context.terms), partition_(partition) {
        count_items();
        for (const Op& op : partition.ops) add_source(op);
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

    void find_sources(Look& look) {
        look.explained = look.content == partition_.initial || is_list_not_yet_there(look.content);
        const auto exact = sources_.find(look.content);
        if (exact != sources_.end())
            for (const Op* op : exact->second) consider(*op, look);
        for (const Op* op : vague_sources_)
            if (could_leave(*op, look.content)) consider(*op, look);
    }

private:
    // A list inside a map that nobody made yet may be read as an empty one.
    bool is_list_not_yet_there(Term content) {
        return partition_.initial == nil_term(terms_) && is_empty_list(terms_, content);
    }

    // Most writes leave one content, whatever was there before. Changes of lists, and writes of
    // which the outcome is unknown, are looked at one by one.
    void add_source(const Op& op) {
        switch (op.operation) {
            case Operation::Store:
            case Operation::Swap:
            case Operation::Set:
                sources_[op.value].push_back(&op);
                break;
            case Operation::Cas:
                if (!op.known || succeeded(op)) sources_[op.value].push_back(&op);
                break;
            case Operation::Erase:
                if (!op.known || succeeded(op)) sources_[nil_term(terms_)].push_back(&op);
                break;
            case Operation::Add:
                if (op.known)
                    sources_[sum_term(terms_, op.result, op.value)].push_back(&op);
                else
                    vague_sources_.push_back(&op);
                break;
            case Operation::Append:
            case Operation::Pop:
                vague_sources_.push_back(&op);
                break;
            default:
                break;
        }
    }

    // Whether the content may be `content` right after `op`. In doubt, yes.
    bool could_leave(const Op& op, Term content) {
        if (op.operation == Operation::Append) return could_append(op.value, content);
        return op.operation != Operation::Pop || could_pop(op, content);
    }

    static void consider(const Op& op, Look& look) {
        if (&op == look.op || op.invoked > look.op->responded) return;
        look.explained = true;
        look.newest_source = std::max(look.newest_source, std::int64_t{op.responded});
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
    std::unordered_map<Term, std::vector<const Op*>> sources_;  // by the content they leave
    std::vector<const Op*> vague_sources_;
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
