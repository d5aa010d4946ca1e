// SPDX-License-Identifier: Apache-2.0
//
// [process.*] of a spec: roles, and the bookkeeping over their steps.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

// From the document rather than from steps that were read, so that a step with a mistake does not
// make the uses of its variable look like mistakes too.
void collect_variables(const Node& steps, std::set<std::string>& names) {
    if (!steps.items()) return;
    for (const Node& step : *steps.items()) {
        if (const Entry* into = step.find("into")) {
            if (into->value.text()) names.insert(*into->value.text());
            if (const auto* items = into->value.items())
                for (const Node& item : *items)
                    if (item.text()) names.insert(*item.text());
        }
        if (const Entry* let = step.find("let"); let && let->value.entries())
            for (const Entry& assignment : *let->value.entries()) names.insert(assignment.key);
        for (std::string_view block : {"steps", "else"})
            if (const Entry* inside = step.find(block)) collect_variables(inside->value, names);
    }
}

// Sites follow the order of the file: a step before what is inside it.
void number_sites(std::vector<Step>& steps, std::uint32_t& next) {
    for (Step& step : steps) {
        step.site = next++;
        number_sites(step.body, next);
        number_sites(step.otherwise, next);
    }
}

std::uint32_t small_count(const Entry& table, std::string_view key, Builder& builder) {
    const Entry* entry = table.value.find(key);
    if (!entry) return 1;
    return static_cast<std::uint32_t>(
        read_count(*entry, key_of(Part::Role, key), builder.problems).value_or(1));
}

// count = 2, or count = "workers": as many as a parameter says.
void read_process_count(const Entry& entry, Role& role, Builder& builder) {
    const Entry* count = entry.value.find("count");
    const std::string* name = count ? count->value.text() : nullptr;
    if (!name) {
        role.count = small_count(entry, "count", builder);
        return;
    }
    if (!builder.scenario.params.count(*name)) {
        builder.problems.add(
            count->value.position,
            fmt::format("`count` is a whole number or the name of a parameter, and "
                        "there is no parameter {}{}",
                        quoted(*name), did_you_mean(*name, builder.param_names())),
            "[params] at the top of the file declares them");
        return;
    }
    role.count_param = *name;
    role.count = processes_of(role, builder.scenario.params);
}

void read_role_head(const Entry& entry, Builder& builder) {
    Role role;
    role.name = entry.key;
    role.position = entry.position;
    check_name(entry.key, "a process", entry.position, builder);
    if (const auto* entries = read_table(entry.value, "a process", builder.problems)) {
        check_keys(*entries, Part::Role, "a process", builder.problems);
        read_process_count(entry, role, builder);
        role.threads = small_count(entry, "threads", builder);
        role.repeat = small_count(entry, "repeat", builder);
        if (const Entry* daemon = entry.value.find("daemon"))
            role.daemon = read_boolean(*daemon, builder.problems).value_or(false);
    }
    builder.scenario.roles.push_back(std::move(role));
}

void read_role_steps(const Entry& entry, std::uint32_t index, Builder& builder) {
    if (!entry.value.entries()) return;
    const Entry* steps = entry.value.find("steps");
    if (!steps) {
        if (!entry.value.find("command"))
            builder.problems.add(entry.position,
                                 fmt::format("process {} has no `steps`", quoted(entry.key)),
                                 "steps = [ { load = \"n\", into = \"x\" } ]");
        return;
    }
    std::vector<Step> read = read_steps(*steps, index, builder);
    Role& role = builder.scenario.roles[index];
    std::set<std::string> names;
    collect_variables(steps->value, names);
    role.steps = std::move(read);
    role.variables.assign(names.begin(), names.end());
    number_sites(role.steps, builder.scenario.site_count);
    check_names_in_steps(role, builder);
}

void check_task_count(const Node::Entries& entries, Builder& builder) {
    const auto problem = problem_of_counts(builder.scenario, builder.scenario.params);
    if (!problem) return;
    const Entry& entry = entries[problem->role];
    const Entry* count = entry.value.find("count");
    builder.problems.add(count ? count->value.position : entry.position, problem->message,
                         problem->hint);
}

}  // namespace

std::optional<CountProblem> problem_of_counts(const Scenario& scenario,
                                              const std::map<std::string, Value>& params) {
    std::uint64_t tasks = 0;
    for (std::size_t i = 0; i < scenario.roles.size(); ++i) {
        const Role& role = scenario.roles[i];
        if (const auto given = params.find(role.count_param); given != params.end()) {
            const std::int64_t* count = given->second.integer();
            if (!count || *count < 1 || *count > std::int64_t{kMaxTasks})
                return CountProblem{i,
                                    fmt::format("{} says how many processes of {} run, which is a "
                                                "whole number from 1 to {}, not {}",
                                                quoted(role.count_param), role.name, kMaxTasks,
                                                given->second.to_string()),
                                    ""};
        }
        tasks += std::uint64_t{processes_of(role, params)} * role.threads;
        if (tasks > kMaxTasks)
            return CountProblem{i,
                                fmt::format("this makes {} tasks (count x threads, over all "
                                            "processes); at most {} can run",
                                            tasks, kMaxTasks),
                                "interleavings of few tasks show almost every bug: try 2 or 3"};
    }
    return std::nullopt;
}

void read_roles(const Node& node, Builder& builder) {
    const auto* entries = read_table(node, "[process]", builder.problems);
    if (!entries) return;
    for (const Entry& entry : *entries) {
        if (builder.problems.full()) return;
        if (builder.scenario.roles.size() >= kMaxTasks) {
            builder.problems.add(entry.position, fmt::format("more than {} processes", kMaxTasks));
            return;
        }
        read_role_head(entry, builder);
    }
    check_task_count(*entries, builder);
    // Steps name objects and other roles, so these come first.
    for (std::size_t i = 0; i < entries->size(); ++i)
        read_role_steps((*entries)[i], static_cast<std::uint32_t>(i), builder);
}

}  // namespace stagger::spec
