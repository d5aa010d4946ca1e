// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/case_backends.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/agent/plugin_point.hpp"
#include "harness/backend/host_table.hpp"
#include "harness/spec/cases.hpp"
#include "harness/worker/initial_value.hpp"

namespace stagger::worker {
namespace {

// "none|mutex|robust": is `value` one of them?
bool allowed(const char* values, const std::string& value) {
    if (values == nullptr) return true;
    const std::string padded = fmt::format("|{}|", values);
    return padded.find(fmt::format("|{}|", value)) != std::string::npos;
}

Error plugin_failure(const std::string& name, const char* function) {
    return Error{
        fmt::format("backend {}: {}", name,
                    backend::failure_or(fmt::format("{} failed and did not say why", function)))};
}

Error unknown_actor(const backend::Plugin& plugin, const spec::Object& actor) {
    std::vector<std::string> names;
    for (const stagger_actor* a = plugin.table().actors; a->name != nullptr; ++a)
        names.emplace_back(a->name);
    const std::string near = spec::nearest_name(actor.name, names);
    return Error{fmt::format("backend {} has no actor \"{}\" (line {}){}", plugin.table().name,
                             actor.name, actor.position.line,
                             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near))};
}

std::uint64_t default_capacity(ObjectType type, const stagger_contract& contract) {
    switch (type) {
        case ObjectType::Queue:
            return contract.default_capacity;
        case ObjectType::Stream:
            return contract.stream_capacity;
        case ObjectType::Topic:
            return contract.topic_capacity;
        default:
            return 0;
    }
}

// The part of a backend's contract that is about objects of this type.
history::Contract promise_to(ObjectType type, const stagger_contract& contract) {
    history::Contract promise;
    promise.fifo_scope = static_cast<stagger_fifo_scope>(contract.fifo_scope);
    promise.lossy = (type == ObjectType::Topic ? contract.topic_lossy : contract.lossy) != 0;
    promise.duplicating = contract.duplicating != 0;
    promise.robust = contract.robust != 0;
    promise.spurious_wakeups = contract.spurious_wakeups != 0;
    promise.cut_off_may_apply = contract.cut_off_may_apply != 0;
    promise.shared = contract.shared != 0;
    if (type == ObjectType::Stream) {
        promise.framed = contract.framed != 0;
        promise.atomic_write = contract.stream_atomic;
    }
    if (type == ObjectType::Rpc) {
        promise.executions = static_cast<stagger_executions>(contract.executions);
        // Only what promises exactly one execution takes back a request whose time was up.
        promise.cut_off_may_apply |= contract.executions != STAGGER_EXACTLY_ONCE;
    }
    return promise;
}

}  // namespace

Result<CaseBackends> CaseBackends::load(const spec::Scenario& scenario, const spec::Case& spec_case,
                                        const backend::Job& job, std::uint32_t processes,
                                        std::uint32_t clients) {
    CaseBackends backends;
    for (const spec::Object& object : scenario.objects) {
        const std::string name = spec::backend_of(spec_case, object.name);
        if (backends.member(name) == nullptr) {
            STAGGER_TRY([[maybe_unused]] Ok added, backends.add_member(name, spec_case, job));
        }
    }
    backends.place_objects(scenario, spec_case);
    if (!backends.lacking_.empty()) return backends;
    STAGGER_TRY([[maybe_unused]] Ok checked, backends.check_operations(scenario));
    STAGGER_TRY([[maybe_unused]] Ok finished, backends.finish_configs(job, processes, clients));
    return backends;
}

CaseBackends::Member* CaseBackends::member(const std::string& name) {
    for (const auto& member : members_) {
        if (member->name == name) return member.get();
    }
    return nullptr;
}

Status CaseBackends::add_member(const std::string& name, const spec::Case& spec_case,
                                const backend::Job& job) {
    const auto path = job.plugins.find(name);
    if (path == job.plugins.end()) return Error{fmt::format("there is no backend \"{}\"", name)};
    auto added = std::make_unique<Member>();
    STAGGER_TRY(added->plugin, backend::Plugin::load(path->second));
    added->name = name;
    STAGGER_TRY([[maybe_unused]] Ok chosen, choose_settings(*added, spec_case));
    members_.push_back(std::move(added));
    return Ok{};
}

Status CaseBackends::choose_settings(Member& member, const spec::Case& spec_case) {
    std::map<std::string, std::string> given;
    const auto found = spec_case.options.find(member.name);
    if (found != spec_case.options.end()) given = found->second;
    std::vector<std::string> names;
    const stagger_option* option = member.plugin.table().options;
    for (; option != nullptr && option->name != nullptr; ++option) {
        names.emplace_back(option->name);
        std::string value = option->default_value != nullptr ? option->default_value : "";
        const auto choice = given.find(option->name);
        if (choice != given.end()) {
            value = choice->second;
            if (!allowed(option->values, value)) {
                return Error{fmt::format("backend {}: option {} is one of {}, not \"{}\"",
                                         member.name, option->name, option->values, value)};
            }
            given.erase(choice);
        }
        member.texts.push_back(option->name);
        const char* kept_name = member.texts.back().c_str();
        member.texts.push_back(value);
        member.settings.push_back({kept_name, member.texts.back().c_str()});
    }
    if (given.empty()) return Ok{};
    const std::string& wrong = given.begin()->first;
    const std::string near = spec::nearest_name(wrong, names);
    return Error{fmt::format("backend {} has no option \"{}\"{}", member.name, wrong,
                             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near))};
}

void CaseBackends::place_objects(const spec::Scenario& scenario, const spec::Case& spec_case) {
    for (const spec::Object& object : scenario.objects) {
        const std::string backend = spec::backend_of(spec_case, object.name);
        for (std::uint32_t i = 0; i < std::max(object.count, 1u); ++i) {
            place(object, scenario.flat_object_name(object.first + i), backend);
        }
    }
}

void CaseBackends::place(const spec::Object& object, const std::string& name,
                         const std::string& backend) {
    if (object.type == ObjectType::Actor) return place_actor(object, backend);
    Member& home = *member(backend);
    if (home.plugin.table().operations[static_cast<std::size_t>(object.type)] == 0) {
        lacking_ = fmt::format("backend {} has no {} (object {})", backend,
                               stagger::name(object.type), name);
    }
    home.texts.push_back(name);
    const char* kept_name = home.texts.back().c_str();
    home.texts.push_back(initial_value(object).encode());
    const std::string& initial = home.texts.back();
    stagger_object entry{};
    entry.name = kept_name;
    entry.type = static_cast<std::uint32_t>(object.type);
    entry.initial = {initial.data(), initial.size()};
    entry.capacity = object.capacity;
    entry.value_size = object.value_size;
    places_.push_back(place_in(home, home.objects.size()));
    specs_.push_back(&object);
    home.objects.push_back(entry);
}

void CaseBackends::place_actor(const spec::Object& object, const std::string& backend) {
    Member& home = *member(backend);
    const stagger_actor* actor = home.plugin.table().actors;
    if (actor == nullptr) lacking_ = fmt::format("backend {} has no actors", backend);
    while (actor != nullptr && actor->name != nullptr && actor->name != object.name) ++actor;
    const bool found = actor != nullptr && actor->name != nullptr;
    places_.push_back(place_in(home, home.actors.size()));
    specs_.push_back(&object);
    home.actors.push_back(found ? actor : nullptr);
}

CaseBackends::Place CaseBackends::place_in(const Member& home, std::size_t index) const {
    std::uint32_t number = 0;
    while (members_[number].get() != &home) ++number;
    return {number, static_cast<std::uint32_t>(index)};
}

Status CaseBackends::check_operations(const spec::Scenario& scenario) const {
    for (const spec::Role& role : scenario.roles) {
        STAGGER_TRY([[maybe_unused]] Ok fine, check_operations(scenario, role.steps));
    }
    return Ok{};
}

Status CaseBackends::check_operations(const spec::Scenario& scenario,
                                      const std::vector<spec::Step>& steps) const {
    for (const spec::Step& step : steps) {
        STAGGER_TRY([[maybe_unused]] Ok body, check_operations(scenario, step.body));
        STAGGER_TRY([[maybe_unused]] Ok otherwise, check_operations(scenario, step.otherwise));
        if (step.kind != spec::StepKind::Operation) continue;
        const spec::Object& object = scenario.objects[step.object.object];
        const Place place = places_[object.first];
        const Member& home = *members_[place.member];
        if (object.type == ObjectType::Actor) {
            if (home.actors[place.index] == nullptr) return unknown_actor(home.plugin, object);
            continue;
        }
        const std::uint64_t has =
            home.plugin.table().operations[static_cast<std::size_t>(object.type)];
        if ((has >> static_cast<unsigned>(step.operation) & 1) == 0) {
            return Error{fmt::format("backend {} cannot {} a {} (step \"{}\", line {})", home.name,
                                     name(step.operation), name(object.type), step.label,
                                     step.position.line)};
        }
        if (!step.with) continue;
        const spec::Object& mutex = scenario.objects[step.with->object];
        if (places_[mutex.first].member != place.member) {
            return Error{
                fmt::format("{} waits with {}, but they belong to different backends; a "
                            "condition and its mutex must share one",
                            object.name, mutex.name)};
        }
    }
    return Ok{};
}

Status CaseBackends::finish_configs(const backend::Job& job, std::uint32_t processes,
                                    std::uint32_t clients) {
    for (const auto& member : members_) {
        member->texts.push_back(fmt::format("{}{}-", job.name_prefix, member->name));
        stagger_config& config = member->config;
        config.struct_size = sizeof(config);
        config.object_count = static_cast<std::uint32_t>(member->objects.size());
        config.objects = member->objects.data();
        config.setting_count = static_cast<std::uint32_t>(member->settings.size());
        config.settings = member->settings.data();
        config.process_count = processes;
        config.task_count = clients;
        config.name_prefix = member->texts.back().c_str();
        const stagger_backend& table = member->plugin.table();
        member->servers = table.servers != nullptr ? table.servers(&config) : 0;
        config.server_count = member->servers;
        member->contract.struct_size = sizeof(stagger_contract);
        backend::clear_answers();
        if (table.contract(&config, &member->contract) != 0) {
            return plugin_failure(member->name, "contract");
        }
    }
    return Ok{};
}

Result<std::vector<history::Object>> CaseBackends::describe_objects() const {
    std::vector<history::Object> objects;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Member& home = *members_[places_[i].member];
        const stagger_contract& contract = home.contract;
        history::Object object;
        object.type = specs_[i]->type;
        object.name = object.type == ObjectType::Actor ? specs_[i]->name
                                                       : home.objects[places_[i].index].name;
        object.initial = initial_value(*specs_[i]);
        object.capacity = specs_[i]->capacity;
        if (object.capacity == 0) object.capacity = default_capacity(object.type, contract);
        object.backend = home.name;
        object.contract = promise_to(object.type, contract);
        objects.push_back(std::move(object));
    }
    return objects;
}

std::uint32_t CaseBackends::server_count() const {
    std::uint32_t count = 0;
    for (const auto& member : members_) count += member->servers;
    return count;
}

Status CaseBackends::create() {
    for (const auto& member : members_) {
        backend::clear_answers();
        const stagger_host& host = backend::host_table(agent::plugin_point);
        if (member->plugin.table().create(&host, &member->config, &member->state) != 0) {
            member->state = nullptr;
            return plugin_failure(member->name, "create");
        }
    }
    return Ok{};
}

std::vector<std::string> CaseBackends::destroy() {
    std::vector<std::string> left;
    const auto note = [](void* context, const char* name) {
        static_cast<std::vector<std::string>*>(context)->emplace_back(name);
    };
    for (const auto& member : members_) {
        const stagger_backend& table = member->plugin.table();
        if (member->state != nullptr) table.destroy(member->state);
        member->state = nullptr;
        if (table.residue != nullptr) table.residue(&member->config, note, &left);
    }
    return left;
}

Status CaseBackends::attach(std::uint32_t index) {
    for (const auto& member : members_) {
        const stagger_backend& table = member->plugin.table();
        backend::clear_answers();
        if (table.attach(member->state, index, &member->peer) != 0) {
            return plugin_failure(member->name, "attach");
        }
        for (std::uint32_t object = 0; object < member->config.object_count; ++object) {
            if (table.open == nullptr) break;
            const std::uint64_t all = table.operations[member->objects[object].type];
            if (table.open(member->peer, object, all) != 0) {
                return plugin_failure(member->name, "open");
            }
        }
    }
    return Ok{};
}

// A plugin that does not list it may answer anything, nil for one, which would be no content.
bool CaseBackends::has_snapshot(const Member& home, std::uint32_t object) {
    const std::uint64_t has = home.plugin.table().operations[home.objects[object].type];
    return (has >> STAGGER_SNAPSHOT & 1) != 0;
}

std::uint32_t CaseBackends::invoke(const Request& request) const {
    const Place place = places_[request.object];
    const Member& home = *members_[place.member];
    if (request.operation == Operation::Snapshot && !has_snapshot(home, place.index))
        return STAGGER_UNSUPPORTED;
    stagger_call call{};
    call.struct_size = sizeof(call);
    call.operation = static_cast<std::uint32_t>(request.operation);
    call.object = place.index;
    call.with = request.operation == Operation::Wait ? places_[request.with].index : 0;
    call.task = request.client;
    call.timeout_ns = request.timeout_ns;
    call.key = {request.key.data(), request.key.size()};
    call.value = {request.value.data(), request.value.size()};
    call.expected = {request.expected.data(), request.expected.size()};
    if (request.operation == Operation::Run)
        return static_cast<std::uint32_t>(home.actors[place.index]->run(home.peer, &call));
    return static_cast<std::uint32_t>(home.plugin.table().invoke(home.peer, &call));
}

Status CaseBackends::reset(stagger_reset_scope scope) {
    for (const auto& member : members_) {
        backend::clear_answers();
        if (member->plugin.table().reset(member->state, member->peer,
                                         static_cast<std::uint32_t>(scope)) != 0) {
            return plugin_failure(member->name, "reset");
        }
    }
    return Ok{};
}

Status CaseBackends::recover(std::uint32_t process) {
    for (const auto& member : members_) {
        const stagger_backend& table = member->plugin.table();
        backend::clear_answers();
        if (table.recover == nullptr || table.recover(member->peer, process) == 0) continue;
        return plugin_failure(member->name, "recover");
    }
    return Ok{};
}

Error CaseBackends::serve(std::uint32_t index) {
    for (const auto& member : members_) {
        if (index >= member->servers) {
            index -= member->servers;
            continue;
        }
        backend::clear_answers();
        member->plugin.table().serve(member->state, index);
        return plugin_failure(member->name, "serve returned: it");
    }
    return Error{"there is no such server"};
}

const std::string& CaseBackends::backend_name(std::uint32_t object) const {
    return members_[places_[object].member]->name;
}

}  // namespace stagger::worker
