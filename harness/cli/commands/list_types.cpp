// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/commands/list_types.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "harness/base/vocabulary.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

using engine::BackendDescription;
using Backends = std::vector<std::pair<std::string, BackendDescription>>;

// Bugs rebuilt from the field would make it three times as wide; --backend names one of them.
constexpr std::string_view kZoo = "zoo_";

bool is_asked_for(const std::string& name, const Options& options) {
    if (options.backends.empty()) return !name.starts_with(kZoo);
    return std::find(options.backends.begin(), options.backends.end(), name) !=
           options.backends.end();
}

struct Row {
    std::string type, operation;
};

// Every operation of every type that an object can have; a map's, on a list in it, among them.
std::vector<Row> rows() {
    std::vector<Row> out;
    for (int number = 0; number < STAGGER_TYPE_COUNT; ++number) {
        const auto type = static_cast<ObjectType>(number);
        if (type == ObjectType::Actor) continue;
        for (const OperationInfo& operation : all_operations())
            if (find_operation(type, operation.key) == &operation)
                out.push_back({std::string(name(type)), std::string(operation.key)});
    }
    return out;
}

bool has(const BackendDescription& backend, const Row& row) {
    const auto type = backend.operations.find(row.type);
    return type != backend.operations.end() &&
           std::find(type->second.begin(), type->second.end(), row.operation) != type->second.end();
}

// As many backends side by side as the width has room for; the others below.
std::string matrix(const Backends& backends, const report::Style& style) {
    const std::vector<Row> all = rows();
    constexpr std::size_t kOperation = 15;
    std::string out;
    for (std::size_t first = 0; first < backends.size();) {
        std::size_t last = first, width = kOperation + 2;
        do {
            width += report::display_width(report::printable(backends[last++].first)) + 2;
        } while (last < backends.size() &&
                 width + report::display_width(report::printable(backends[last].first)) <=
                     style.width);
        std::string head = std::string(kOperation + 2, ' ');
        for (std::size_t i = first; i < last; ++i)
            head += "  " + report::printable(backends[i].first);
        out += style.bold(head) + "\n";
        std::string type;
        for (const Row& row : all) {
            if (row.type != type) out += style.bold(row.type) + "\n";
            type = row.type;
            std::string line = "  " + report::pad(row.operation, kOperation);
            for (std::size_t i = first; i < last; ++i)
                line +=
                    "  " + report::pad(has(backends[i].second, row) ? "x" : ".",
                                       report::display_width(report::printable(backends[i].first)));
            out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        out += "\n";
        first = last;
    }
    return out;
}

std::string as_json(const Backends& backends) {
    nlohmann::ordered_json out{{"format", 1}, {"backends", nlohmann::json::array()}};
    for (const auto& [name, backend] : backends) out["backends"].push_back(report::printable(name));
    for (const Row& row : rows()) {
        auto& having = out["types"][row.type][row.operation] = nlohmann::json::array();
        for (const auto& [name, backend] : backends)
            if (has(backend, row)) having.push_back(report::printable(name));
    }
    return out.dump(2) + "\n";
}

}  // namespace

int list_types(const Options& options, Console& console) {
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!campaign) {
        console.error(campaign.error().message);
        return kUsage;
    }
    Backends backends;
    int code = kAsExpected;
    for (const std::string& name : engine::backend_names(*campaign)) {
        if (!is_asked_for(name, options)) continue;
        Result<BackendDescription> described = engine::describe_backend(name, *campaign);
        if (described) {
            // Functions alone are no objects.
            if (!described->operations.empty()) backends.emplace_back(name, std::move(*described));
        } else {
            console.error(fmt::format("{}: {}", name, described.error().message));
            code = kBroken;
        }
    }
    if (backends.empty()) return worse(code, kNothing);
    console.print(matrix(backends, console.style()));
    if (options.json.empty()) return code;
    return worse(code, deliver_json(options, as_json(backends), console));
}

}  // namespace stagger::cli
