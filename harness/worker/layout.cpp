// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stagger::worker {
namespace {

using backend::Layout;

// "worker" if there is one; "worker[1]" of several; "worker[1].0" its first thread of several.
std::string task_name(const spec::Role& role, std::uint32_t count, std::uint32_t index,
                      std::uint32_t thread) {
    std::string name = role.name;
    if (count > 1 || role.threads > 1) name += fmt::format("[{}]", index);
    if (role.threads > 1) name += fmt::format(".{}", thread);
    return name;
}

void add_process(Layout& layout, const spec::Role& role, std::uint32_t count, std::uint32_t index,
                 std::uint32_t process) {
    for (std::uint32_t thread = 0; thread < role.threads; ++thread) {
        history::Task task;
        task.name = task_name(role, count, index, thread);
        task.role = role.name;
        task.index = index;
        task.thread = thread;
        task.process = process;
        task.daemon = role.daemon;
        layout.tasks.push_back(std::move(task));
        layout.kinds.push_back(role.daemon ? Layout::Kind::Daemon : Layout::Kind::Role);
    }
}

bool holds_data(ObjectType type) {
    return type == ObjectType::List || type == ObjectType::Map || type == ObjectType::Queue ||
           type == ObjectType::Stream || type == ObjectType::Topic || type == ObjectType::Rpc;
}

// What holds values or messages is looked at in any case: what is lost shows only at the end.
bool parent_reads(const spec::Scenario& scenario, const spec::Case& spec_case) {
    if (!spec_case.expect.final.empty() || !spec_case.expect.observe.empty()) return true;
    return std::any_of(scenario.objects.begin(), scenario.objects.end(),
                       [](const spec::Object& object) { return holds_data(object.type); });
}

bool mentions_role(const spec::Scenario& scenario, const spec::Expression& expression) {
    return std::any_of(scenario.roles.begin(), scenario.roles.end(), [&](const spec::Role& role) {
        return expression.source.find(role.name) != std::string::npos;
    });
}

}  // namespace

Layout lay_out(const spec::Scenario& scenario, const spec::Case& spec_case) {
    Layout layout;
    std::uint32_t process = 0;
    std::uint32_t role_processes = 0;
    for (const spec::Role& role : scenario.roles) {
        const std::uint32_t count = spec::processes_of(role, spec_case.params);
        for (std::uint32_t index = 0; index < count; ++index) {
            add_process(layout, role, count, index, process++);
        }
        role_processes += count;
    }
    // In a scenario of one process, that is the parent; its copy of a private object is read by
    // a further thread of that process.
    history::Task parent;
    parent.name = "parent";
    parent.process = role_processes == 1 ? 0 : process;
    layout.tasks.push_back(std::move(parent));
    layout.kinds.push_back(Layout::Kind::Parent);
    layout.parent_reads = parent_reads(scenario, spec_case);
    return layout;
}

void add_servers(Layout& layout, std::uint32_t count) {
    std::uint32_t process = process_count(layout);
    for (std::uint32_t i = 0; i < count; ++i) {
        history::Task task;
        task.name = count > 1 ? fmt::format("server[{}]", i) : "server";
        task.index = i;
        task.process = process++;
        task.daemon = true;
        layout.tasks.push_back(std::move(task));
        layout.kinds.push_back(Layout::Kind::Server);
    }
}

bool reads_variables(const spec::Scenario& scenario, const spec::Case& spec_case) {
    const auto reads = [&](const spec::Expression& expression) {
        return mentions_role(scenario, expression);
    };
    const spec::Expect& expect = spec_case.expect;
    return std::any_of(expect.final.begin(), expect.final.end(), reads) ||
           std::any_of(expect.observe.begin(), expect.observe.end(), reads);
}

std::uint32_t process_count(const Layout& layout) {
    std::uint32_t count = 0;
    for (const history::Task& task : layout.tasks) count = std::max(count, task.process + 1);
    return count;
}

std::uint32_t most_clients(const Layout& layout) {
    std::vector<std::uint32_t> clients(process_count(layout));
    std::uint32_t most = 0;
    for (std::size_t i = 0; i < layout.tasks.size(); ++i) {
        if (layout.kinds[i] == Layout::Kind::Server) continue;
        most = std::max(most, ++clients[layout.tasks[i].process]);
    }
    return most;
}

}  // namespace stagger::worker
