// SPDX-License-Identifier: Apache-2.0
//
// [faults], of a file and of a case.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/base/faults.hpp"
#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

constexpr const char* kExample =
    "a role (\"owner\"), one of its processes (\"worker[1]\"), or true";

bool check_victim(const std::string& text, Position position, Builder& builder) {
    const auto victim = victim_by_text(text);
    if (!victim) {
        builder.problems.add(position, fmt::format("{} names no role", quoted(text)), kExample);
        return false;
    }
    if (builder.find_role(victim->role) != nullptr) return true;
    builder.problems.add(position,
                         fmt::format("there is no process {}{}", quoted(victim->role),
                                     did_you_mean(victim->role, builder.role_names())),
                         "a fault names whom it may strike: a role of [process]");
    return false;
}

std::optional<Value> read_max(const Node& node, Builder& builder) {
    const KeyInfo& bounds = key_of(Part::Faults, "max");
    const std::int64_t* most = node.integer();
    if (most != nullptr && *most >= 1 && static_cast<std::uint64_t>(*most) <= bounds.most)
        return Value(*most);
    builder.problems.add(
        node.position,
        fmt::format("`max` is the number of strikes in one execution, from 1 to {}", bounds.most));
    return std::nullopt;
}

}  // namespace

std::string victims_text(const std::vector<Victim>& victims) {
    std::string text;
    for (const Victim& victim : victims) {
        text += (text.empty() ? "" : "+") + victim.role;
        if (victim.index) text += fmt::format("[{}]", *victim.index);
    }
    return text.empty() ? "true" : text;
}

std::optional<Victim> victim_by_text(std::string_view text) {
    const std::size_t bracket = text.find('[');
    const std::string role(text.substr(0, bracket));
    if (!is_identifier(role)) return std::nullopt;
    if (bracket == std::string_view::npos) return Victim{role, std::nullopt};
    const std::string_view digits = text.substr(bracket + 1);
    std::uint32_t index = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, index);
    const bool whole = error == std::errc() && std::string_view(stop, end) == "]";
    return whole ? std::optional(Victim{role, index}) : std::nullopt;
}

std::optional<Value> read_fault(const std::string& key, const Node& node, Builder& builder) {
    if (key == "max") return read_max(node, builder);
    if (node.boolean()) return Value(*node.boolean());
    if (node.text()) {
        if (!check_victim(*node.text(), node.position, builder)) return std::nullopt;
        return Value(*node.text());
    }
    if (!node.items() || node.items()->empty()) {
        builder.problems.add(node.position, fmt::format("{} takes {}", quoted(key), kExample));
        return std::nullopt;
    }
    std::string all;
    for (const Node& item : *node.items()) {
        if (!item.text()) {
            builder.problems.add(item.position, fmt::format("{} takes {}", quoted(key), kExample));
            return std::nullopt;
        }
        if (!check_victim(*item.text(), item.position, builder)) return std::nullopt;
        all += (all.empty() ? "" : "+") + *item.text();
    }
    return Value(std::move(all));
}

void set_fault(const std::string& key, const Value& value, Faults& faults) {
    if (value.integer()) {
        faults.max = static_cast<std::uint32_t>(*value.integer());
        return;
    }
    const auto kind = fault_kind(key);
    if (!kind) return;
    faults.victims.erase(*kind);
    if (value.boolean() && !*value.boolean()) return;
    std::vector<Victim>& victims = faults.victims[*kind];
    if (!value.text()) return;
    std::string_view rest = *value.text();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('+'), rest.size());
        if (const auto victim = victim_by_text(rest.substr(0, end))) victims.push_back(*victim);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void read_faults(const Node& node, Faults& faults, Builder& builder) {
    const auto* entries = read_fault_entries(node, builder);
    if (!entries) return;
    for (const Entry& entry : *entries)
        if (const auto value = read_fault(entry.key, entry.value, builder))
            set_fault(entry.key, *value, faults);
}

const Node::Entries* read_fault_entries(const Node& node, Builder& builder) {
    const auto* entries = read_table(node, "[faults]", builder.problems);
    if (entries) check_keys(*entries, Part::Faults, "[faults]", builder.problems);
    return entries;
}

namespace {

std::optional<std::string> problem_of_victims(const Scenario& scenario, const Faults& faults,
                                              const std::map<std::string, Value>& params) {
    for (const auto& [kind, victims] : faults.victims) {
        for (const Victim& victim : victims) {
            for (const Role& role : scenario.roles) {
                if (role.name != victim.role || !victim.index) continue;
                const std::uint32_t count = processes_of(role, params);
                if (*victim.index < count) continue;
                return fmt::format("`{}` may strike {}[{}], but {} has {} process{}", name(kind),
                                   victim.role, *victim.index, victim.role, count,
                                   count == 1 ? "" : "es");
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<FaultProblem> problem_of_faults(const Scenario& scenario, const Faults& faults,
                                              const std::map<std::string, Value>& params,
                                              std::optional<Mode> mode) {
    if (auto message = problem_of_victims(scenario, faults, params))
        return FaultProblem{std::move(*message), ""};
    if (!faults.any() || mode != Mode::Free) return std::nullopt;
    return FaultProblem{"faults need controlled mode",
                        "leave out `mode = \"free\"`, or the faults"};
}

}  // namespace stagger::spec
