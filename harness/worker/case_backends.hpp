// SPDX-License-Identifier: Apache-2.0
//
// The backends of one case: loaded, configured, and the way from an object of the scenario to the
// backend that has it. Made by the host process before any fork, then used in every process with
// its own attachments. Owns plugins, states and the strings that configs point to.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <stagger/backend.h>

#include "harness/backend/plugin.hpp"
#include "harness/backend/protocol.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::worker {

// An operation as a step asks for it; `object` and `with` are indices of flattened objects.
struct Request {
    Operation operation = Operation::Load;
    std::uint32_t object = 0;
    std::uint32_t with = 0;
    std::uint32_t client = 0;  // number of the calling task among all clients
    std::int64_t timeout_ns = -1;
    std::string_view key, value, expected;  // encoded
};

class CaseBackends {
public:
    // Loads every plugin that the case uses and fills in configs for `clients` tasks in
    // `processes` processes. Fails on unknown options and on operations a backend lacks.
    static Result<CaseBackends> load(const spec::Scenario&, const spec::Case&, const backend::Job&,
                                     std::uint32_t processes, std::uint32_t clients);

    // [host] Contracts of all flattened objects.
    Result<std::vector<history::Object>> describe_objects() const;
    // [host] Servers of all backends.
    std::uint32_t server_count() const;
    // [builder]
    Status create();
    // [builder] Destroys what create made; gives what is still there.
    std::vector<std::string> destroy();

    // [each] Joins as process `index`, and announces what it will use.
    Status attach(std::uint32_t index);
    // [each] Status as the plugin returned it, unchecked; see host_table for result and failure.
    std::uint32_t invoke(const Request&) const;
    // [each, server]
    Status reset(stagger_reset_scope);
    // [each] `process` was killed, and another has taken its place.
    Status recover(std::uint32_t process);
    // [server] The body of server `index` over all backends. Returns only to say what failed.
    Error serve(std::uint32_t index);

    const std::string& backend_name(std::uint32_t object) const;
    // Why the case cannot be carried: a backend lacks a type of object. "" if it can.
    const std::string& lacking() const { return lacking_; }

private:
    struct Member {
        backend::Plugin plugin;
        std::string name;
        std::deque<std::string> texts;  // what the config's pointers point to
        std::vector<stagger_object> objects;
        std::vector<const stagger_actor*> actors;  // that the scenario calls
        std::vector<stagger_setting> settings;
        stagger_config config{};
        stagger_contract contract{};
        stagger_state* state = nullptr;
        stagger_peer* peer = nullptr;
        std::uint32_t servers = 0;
    };
    struct Place {
        std::uint32_t member = 0, index = 0;  // into its objects, or its actors
    };

    Status add_member(const std::string& name, const spec::Case&, const backend::Job&);
    Status choose_settings(Member&, const spec::Case&);
    void place_objects(const spec::Scenario&, const spec::Case&);
    void place(const spec::Object&, const std::string& name, const std::string& backend);
    void place_actor(const spec::Object&, const std::string& backend);
    static bool has_snapshot(const Member& home, std::uint32_t object);
    Place place_in(const Member& home, std::size_t index) const;
    Status check_operations(const spec::Scenario&) const;
    Status check_operations(const spec::Scenario&, const std::vector<spec::Step>&) const;
    Status finish_configs(const backend::Job&, std::uint32_t processes, std::uint32_t clients);
    Member* member(const std::string& name);

    std::vector<std::unique_ptr<Member>> members_;  // configs are pointed to: they must not move
    std::vector<Place> places_;                     // by flattened object
    std::vector<const spec::Object*> specs_;
    std::string lacking_;
};

}  // namespace stagger::worker
