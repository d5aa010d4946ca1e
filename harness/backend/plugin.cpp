// SPDX-License-Identifier: Apache-2.0
#include "harness/backend/plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>

namespace stagger::backend {
namespace {

Error refusal(const std::string& path, const std::string& why) {
    return Error{fmt::format("{} is no backend that this stagger can use: {}", path, why)};
}

// The loader's own words, which Boost does not keep.
std::string why_not_loaded(const std::string& path) {
    void* const loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const char* const words = loaded == nullptr ? dlerror() : nullptr;
    const std::string why = words == nullptr ? "the loader does not say why" : words;
    if (loaded != nullptr) dlclose(loaded);
    if (why.find("libtsan") == std::string::npos) return why;
    return why +
           "; -fsanitize=thread is for compiling only: leave it out where the library is linked, "
           "since Stagger itself defines what the compiled code calls";
}

// Functions that no backend can do without.
bool is_complete(const stagger_backend& table) {
    return table.name != nullptr && table.contract != nullptr && table.create != nullptr &&
           table.destroy != nullptr && table.attach != nullptr && table.detach != nullptr &&
           table.invoke != nullptr && table.reset != nullptr &&
           (table.servers == nullptr) == (table.serve == nullptr);
}

Result<const stagger_backend*> check_entry(const stagger_entry& entry, const std::string& path) {
    if (entry.abi_version != STAGGER_ABI_VERSION) {
        return refusal(path, fmt::format("it was built against version {} of the backend ABI, and "
                                         "this stagger speaks version {}; rebuild it",
                                         entry.abi_version, STAGGER_ABI_VERSION));
    }
    if (entry.struct_size < sizeof(stagger_entry) || entry.backend == nullptr) {
        return refusal(path, "its entry is too small or empty");
    }
    if (entry.backend->abi_version != STAGGER_ABI_VERSION ||
        entry.backend->struct_size < sizeof(stagger_backend)) {
        return refusal(path, "its function table is of another version; rebuild it");
    }
    if (!is_complete(*entry.backend)) {
        return refusal(path,
                       "its function table lacks a mandatory function (name, contract, "
                       "create, destroy, attach, detach, invoke, reset; servers and serve "
                       "go together)");
    }
    return entry.backend;
}

}  // namespace

Result<Plugin> Plugin::load(const std::string& path) {
    boost::dll::fs::error_code error;
    auto library = std::make_shared<boost::dll::shared_library>();
    library->load(path, error, boost::dll::load_mode::rtld_local | boost::dll::load_mode::rtld_now);
    if (error) return refusal(path, "it cannot be loaded: " + why_not_loaded(path));
    if (!library->has(STAGGER_ENTRY_NAME)) {
        return refusal(path, "it does not export the symbol " STAGGER_ENTRY_NAME);
    }
    Plugin plugin;
    STAGGER_TRY(plugin.table_, check_entry(library->get<stagger_entry>(STAGGER_ENTRY_NAME), path));
    plugin.library_ = library;
    return plugin;
}

}  // namespace stagger::backend
