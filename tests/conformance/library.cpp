// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace stagger::conformance {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

std::vector<Variant> variants_of(const std::string& plugin) {
    const Library library(plugin);
    const stagger_backend& table = library.table();
    const std::vector<std::uint64_t> operations(table.operations,
                                                table.operations + STAGGER_TYPE_COUNT);
    std::vector<Variant> variants = {{plugin, table.name, operations, {}}};
    for (const stagger_option* option = table.options; option != nullptr && option->name != nullptr;
         ++option) {
        if (option->values == nullptr) continue;
        for (const std::string& value : split(option->values, '|'))
            if (value != option->default_value)
                variants.push_back({plugin, table.name, operations, {{option->name, value}}});
    }
    return variants;
}

}  // namespace

std::vector<Variant> all_variants() {
    std::string plugins = STAGGER_BUILT_IN_PLUGINS;
    if (const char* more = getenv("STAGGER_CONFORMANCE_PLUGINS"))
        plugins += ":" + std::string(more);
    std::vector<Variant> variants;
    for (const std::string& plugin : split(plugins, ':'))
        for (Variant& variant : variants_of(plugin)) variants.push_back(std::move(variant));
    return variants;
}

std::string variant_name(const Variant& variant) {
    std::string name = variant.backend;
    for (const auto& [option, value] : variant.options) name += "_" + option + "_" + value;
    for (char& character : name)
        if (isalnum(static_cast<unsigned char>(character)) == 0) character = '_';
    return name;
}

void PrintTo(const Variant& variant, std::ostream* out) {
    *out << variant_name(variant);
}

Library::Library(const std::string& path) {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const void* symbol = handle != nullptr ? dlsym(handle, STAGGER_ENTRY_NAME) : nullptr;
    const auto* entry = static_cast<const stagger_entry*>(symbol);
    if (entry == nullptr || entry->abi_version != STAGGER_ABI_VERSION) {
        fprintf(stderr, "%s is no backend: %s\n", path.c_str(),
                entry == nullptr ? dlerror() : "another version of the ABI");
        abort();
    }
    table_ = entry->backend;
}

Configuration::Configuration(const stagger_backend& table, const Variant& variant,
                             std::vector<ObjectDefinition> objects, const Shape& shape) {
    static int cases = 0;
    prefix_ = "stagger-test-" + std::to_string(getpid()) + "-" + std::to_string(++cases) + "-";
    for (std::size_t i = 0; i < objects.size(); ++i) {
        names_.push_back("object" + std::to_string(i));
        initials_.push_back(objects[i].initial.encode());
    }
    for (std::size_t i = 0; i < objects.size(); ++i)
        objects_.push_back({names_[i].c_str(),
                            static_cast<std::uint32_t>(objects[i].type),
                            0,
                            {initials_[i].data(), initials_[i].size()},
                            objects[i].capacity,
                            objects[i].value_size});
    for (const stagger_option* option = table.options; option != nullptr && option->name != nullptr;
         ++option) {
        const char* value = option->default_value;
        for (const auto& [name, chosen] : variant.options)
            if (name == option->name) value = chosen.c_str();
        settings_.push_back({option->name, value});
    }
    config_.struct_size = sizeof config_;
    config_.object_count = static_cast<std::uint32_t>(objects_.size());
    config_.objects = objects_.data();
    config_.setting_count = static_cast<std::uint32_t>(settings_.size());
    config_.process_count = shape.processes;
    config_.settings = settings_.data();
    config_.task_count = shape.processes * shape.threads;
    config_.name_prefix = prefix_.c_str();
}

}  // namespace stagger::conformance
