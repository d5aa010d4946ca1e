// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/check.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::spec {

namespace {

std::uint32_t flat_count(const Object& object) {
    return std::max(object.count, 1U);
}

Value variables_value(const std::map<std::string, Value>& variables) {
    Value::Map map;
    for (const auto& [name, value] : variables) map.emplace(name, value);
    return map;
}

}  // namespace

std::uint32_t Scenario::flat_object_count() const {
    return objects.empty() ? 0 : objects.back().first + flat_count(objects.back());
}

const Object& Scenario::object_of(std::uint32_t flat) const {
    STAGGER_CHECK(flat < flat_object_count());
    const auto after = std::upper_bound(
        objects.begin(), objects.end(), flat,
        [](std::uint32_t index, const Object& object) { return index < object.first; });
    return *std::prev(after);
}

std::string Scenario::flat_object_name(std::uint32_t flat) const {
    const Object& object = object_of(flat);
    if (object.count == 0) return object.name;
    return fmt::format("{}[{}]", object.name, flat - object.first);
}

std::uint32_t processes_of(const Role& role, const std::map<std::string, Value>& params) {
    const auto found = params.find(role.count_param);
    const std::int64_t* count = found == params.end() ? nullptr : found->second.integer();
    // What no case may ask for is refused where cases are made; a schedule file may still hold it.
    if (count == nullptr || *count < 1 || *count > std::int64_t{kMaxTasks}) return role.count;
    return static_cast<std::uint32_t>(*count);
}

Value role_value(const Role& role, const std::vector<std::map<std::string, Value>>& tasks) {
    STAGGER_CHECK(tasks.size() == std::size_t{role.count} * role.threads);
    Value::Map processes;
    for (std::uint32_t process = 0; process < role.count; ++process) {
        if (role.threads == 1) {
            processes.emplace(std::int64_t{process}, variables_value(tasks[process]));
            continue;
        }
        Value::Map threads;
        for (std::uint32_t thread = 0; thread < role.threads; ++thread)
            threads.emplace(std::int64_t{thread},
                            variables_value(tasks[process * role.threads + thread]));
        processes.emplace(std::int64_t{process}, std::move(threads));
    }
    if (tasks.size() == 1)
        for (const auto& [name, value] : tasks[0]) processes.emplace(name, value);
    return processes;
}

std::string outcome_text(const std::vector<Value>& observed) {
    std::string out;
    for (const Value& value : observed) {
        if (&value != &observed.front()) out += ',';
        out += value.text() ? *value.text() : value.to_string();
    }
    return out;
}

const std::vector<std::string>& built_in_backends() {
    static const std::vector<std::string> kNames = {"private", "shm",    "pipe",
                                                    "queue",   "socket", "manager"};
    return kNames;
}

}  // namespace stagger::spec
