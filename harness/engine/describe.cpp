// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/process.hpp>
#include <nlohmann/json.hpp>

#include "harness/backend/locate.hpp"
#include "harness/engine/campaign.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

namespace bp = boost::process;

std::string read_all(bp::ipstream& stream) {
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

BackendDescription parse(const nlohmann::ordered_json& from, const std::string& path) {
    BackendDescription description;
    description.name = from.at("name");
    description.summary = from.at("summary");
    description.path = path;
    for (const auto& [type, operations] : from.at("operations").items()) {
        description.operations[type] = operations.get<std::vector<std::string>>();
    }
    for (const auto& option : from.at("options")) {
        description.options.push_back(
            {option.at("name"), option.at("values"), option.at("default"), option.at("summary")});
    }
    return description;
}

}  // namespace

Result<BackendDescription> describe_backend(const std::string& name,
                                            const CampaignOptions& options) {
    const auto path = backend::locate(name, options.plugin_paths);
    if (!path) return Error{fmt::format("there is no backend \"{}\"", name)};
    try {
        bp::ipstream output, errors;
        bp::child child(bp::exe = options.worker_path, bp::args = {"--describe", *path},
                        bp::std_in<bp::null, bp::std_out> output, bp::std_err > errors);
        const std::string text = read_all(output);
        const std::string complaint = read_all(errors);
        child.wait();
        if (child.exit_code() != 0) {
            return Error{
                complaint.empty()
                    ? fmt::format("{} could not be asked: its process ended with status {}", *path,
                                  child.native_exit_code())
                    : complaint.substr(0, complaint.find_last_not_of('\n') + 1)};
        }
        return parse(nlohmann::ordered_json::parse(text), *path);
    } catch (const std::exception& problem) {
        return Error{fmt::format("{} could not be asked what it is: {}", *path, problem.what())};
    }
}

std::vector<std::string> backend_names(const CampaignOptions& options) {
    return backend::names_in(options.plugin_paths);
}

std::vector<StrategyInfo> strategies() {
    std::vector<StrategyInfo> infos;
    for (const Strategy& strategy : all_strategies()) {
        infos.push_back({strategy.name, strategy.summary});
    }
    return infos;
}

}  // namespace stagger::engine
