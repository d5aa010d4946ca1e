// SPDX-License-Identifier: Apache-2.0
//
// The C++ way to write a backend. Derive one class from Backend (the case: it is made in the
// builder and inherited by every process) and one from Peer (a process's attachment), or use
// ObjectPeer of <stagger/objects.hpp> with one class per object type. Throw Failure, or anything
// else, where something fails: nothing leaves through the C boundary but a sentence for the user.
//
//   class Mine : public stagger::plugin::Backend {
//   public:
//       static stagger::plugin::Description describe();
//       explicit Mine(const stagger::plugin::Config& config);       // create: makes OS objects
//       ~Mine() override;                                           // destroy: leaves nothing
//       std::unique_ptr<stagger::plugin::Peer> attach(std::uint32_t process) override;
//   };
//   STAGGER_BACKEND(Mine)
//
// Optional static functions: `contract(const Config&)`, `servers(const Config&)`,
// `residue(const Config&, const std::function<void(const std::string&)>& found)`, and `actors()`,
// which gives an array of stagger_actor that ends with a null name.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <stagger/plugin.hpp>

namespace stagger::plugin {

// What a process does with the case's objects. Made by attach(), deleted when the process leaves.
class Peer {
public:
    virtual ~Peer() = default;
    // Performs one operation; threads of the process call it at the same time.
    virtual Reply invoke(const Call& call) = 0;
    // The process will use these operations (a bit set) of this object.
    virtual void open(std::uint32_t /*object*/, std::uint64_t /*operations*/) {}
    // Forgets what the process keeps for itself: as if attach() had just returned. Never waits.
    virtual void reset() {}
    // Another process died: repairs what only a living one can.
    virtual void recover(std::uint32_t /*process*/) {}
};

// Of a backend that has actors, and no objects.
class NoObjects : public Peer {
public:
    Reply invoke(const Call&) override { return {STAGGER_UNSUPPORTED}; }
};

class Backend {
public:
    virtual ~Backend() = default;
    virtual std::unique_ptr<Peer> attach(std::uint32_t process) = 0;
    // The body of a server process. Never returns; throws when it cannot go on.
    virtual void serve(std::uint32_t /*index*/) { throw Failure("this backend has no server"); }
    // Brings what all processes share back to its initial value, while nobody else runs.
    virtual void reset_shared() {}
    // The same for a server's own state, called inside a blocking call of serve().
    virtual void reset_server() {}
};

// Everything below turns a class into the C table; authors need only STAGGER_BACKEND.
namespace detail {

inline const stagger_host* host = nullptr;

template <typename Function>
int guarded(Function function) noexcept {
    const char* reason = "the backend threw something that is no std::exception";
    try {
        function();
        return 0;
    } catch (const std::exception& error) {
        if (host != nullptr) host->fail(error.what());
    } catch (...) {
        if (host != nullptr) host->fail(reason);
    }
    return -1;
}

inline Backend* backend(stagger_state* state) {
    return reinterpret_cast<Backend*>(state);
}
inline Peer* peer(stagger_peer* handle) {
    return reinterpret_cast<Peer*>(handle);
}

template <typename Class>
struct Table {
    static int contract(const stagger_config* config, stagger_contract* out) {
        return guarded([&] {
            *out = stagger_contract{};
            if constexpr (requires { Class::contract(Config(*config)); })
                *out = Class::contract(Config(*config));
            else
                out->shared = 1;
            out->struct_size = sizeof *out;
        });
    }

    static std::uint32_t servers(const stagger_config* config) {
        std::uint32_t count = 0;
        guarded([&] {
            if constexpr (requires { Class::servers(Config(*config)); })
                count = Class::servers(Config(*config));
        });
        return count;
    }

    static int create(const stagger_host* table, const stagger_config* config,
                      stagger_state** out) {
        host = table;
        return guarded([&] {
            std::unique_ptr<Backend> made = std::make_unique<Class>(Config(*config));
            *out = reinterpret_cast<stagger_state*>(made.release());
        });
    }

    static void destroy(stagger_state* state) {
        guarded([&] { delete backend(state); });
    }

    static int attach(stagger_state* state, std::uint32_t process, stagger_peer** out) {
        return guarded([&] {
            auto made = backend(state)->attach(process);
            if (!made) throw Failure("attach gave no peer");
            *out = reinterpret_cast<stagger_peer*>(made.release());
        });
    }

    static void detach(stagger_peer* handle) {
        guarded([&] { delete peer(handle); });
    }

    static int open(stagger_peer* handle, std::uint32_t object, std::uint64_t operations) {
        return guarded([&] { peer(handle)->open(object, operations); });
    }

    static stagger_status invoke(stagger_peer* handle, const stagger_call* call) {
        stagger_status status = STAGGER_ERROR;
        guarded([&] {
            current_task = call->task;
            const Reply reply = peer(handle)->invoke(Call(*call));
            if (!reply.result.empty()) host->set_result(reply.result.data(), reply.result.size());
            status = reply.status;
        });
        return status;
    }

    static int reset(stagger_state* state, stagger_peer* handle, std::uint32_t scope) {
        return guarded([&] {
            if (scope == STAGGER_RESET_SHARED)
                backend(state)->reset_shared();
            else if (handle != nullptr)
                peer(handle)->reset();
            else
                backend(state)->reset_server();
        });
    }

    static int serve(stagger_state* state, std::uint32_t index) {
        guarded([&] { backend(state)->serve(index); });
        return -1;
    }

    static int recover(stagger_peer* handle, std::uint32_t process) {
        return guarded([&] { peer(handle)->recover(process); });
    }

    static void residue(const stagger_config* config, void (*found)(void*, const char*),
                        void* context) {
        guarded([&] {
            const std::function<void(const std::string&)> report = [=](const std::string& name) {
                found(context, name.c_str());
            };
            if constexpr (requires { Class::residue(Config(*config), report); })
                Class::residue(Config(*config), report);
        });
    }

    static stagger_backend make() {
        const Description description = Class::describe();
        stagger_backend table{};
        table.abi_version = STAGGER_ABI_VERSION;
        table.struct_size = sizeof table;
        table.name = description.name;
        table.summary = description.summary;
        for (std::size_t type = 0; type < STAGGER_TYPE_COUNT; ++type)
            table.operations[type] = description.operations[type];
        table.options = description.options;
        table.contract = contract;
        table.servers = servers;
        table.create = create;
        table.destroy = destroy;
        table.attach = attach;
        table.detach = detach;
        table.open = open;
        table.invoke = invoke;
        table.reset = reset;
        table.serve = serve;
        table.recover = recover;
        table.residue = residue;
        if constexpr (requires { Class::actors(); }) table.actors = Class::actors();
        return table;
    }

    inline static const stagger_backend backend_table = make();
};

}  // namespace detail
}  // namespace stagger::plugin

// The one exported symbol. To be written once, outside any namespace.
#define STAGGER_BACKEND(Class) \
    extern "C" __attribute__((visibility("default"))) const stagger_entry stagger_backend_entry; \
    extern "C" const stagger_entry stagger_backend_entry = { \
        STAGGER_ABI_VERSION, sizeof(stagger_entry), \
        &stagger::plugin::detail::Table<Class>::backend_table};
