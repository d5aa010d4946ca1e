// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/describe.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/backend/plugin.hpp"
#include "harness/base/vocabulary.hpp"

namespace stagger::worker {
namespace {

using nlohmann::ordered_json;

std::string text_or_empty(const char* text) {
    return text != nullptr ? text : "";
}

ordered_json describe_operations(const stagger_backend& table) {
    ordered_json types = ordered_json::object();
    for (std::uint32_t type = 0; type < STAGGER_TYPE_COUNT; ++type) {
        ordered_json operations = ordered_json::array();
        for (const OperationInfo& info : all_operations()) {
            const bool has = (table.operations[type] >> static_cast<unsigned>(info.operation)) & 1;
            if (has) operations.push_back(info.key);
        }
        if (operations.empty()) continue;
        types[std::string(name(static_cast<ObjectType>(type)))] = operations;
    }
    return types;
}

ordered_json describe_options(const stagger_backend& table) {
    ordered_json options = ordered_json::array();
    for (const stagger_option* o = table.options; o != nullptr && o->name != nullptr; ++o) {
        options.push_back({{"name", o->name},
                           {"values", text_or_empty(o->values)},
                           {"default", text_or_empty(o->default_value)},
                           {"summary", text_or_empty(o->summary)}});
    }
    return options;
}

}  // namespace

int describe_plugin(const std::string& path) {
    auto plugin = backend::Plugin::load(path);
    if (!plugin) {
        fmt::print(stderr, "{}\n", plugin.error().message);
        return 1;
    }
    const stagger_backend& table = plugin->table();
    const ordered_json description = {{"name", text_or_empty(table.name)},
                                      {"summary", text_or_empty(table.summary)},
                                      {"operations", describe_operations(table)},
                                      {"options", describe_options(table)}};
    fmt::print("{}\n", description.dump());
    return 0;
}

}  // namespace stagger::worker
