// SPDX-License-Identifier: Apache-2.0
#include "bench/trials_json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace stagger::bench {
namespace {

using Json = nlohmann::json;

Json to_json(const Score& score, std::uint64_t schedules) {
    const Summary mean = summary(score, schedules);
    Json found_at = Json::array();
    for (const auto& found : score.found_at) found_at.push_back(found ? Json(*found) : Json());
    return Json{{"case", score.id},
                {"strategy", score.strategy},
                {"mean_schedules", mean.schedules},
                {"misses", mean.misses},
                {"mean_seconds", mean.seconds},
                {"found_at", found_at},
                {"problem", score.problem}};
}

}  // namespace

Status write_json(const std::vector<Score>& scores, const Settings& settings,
                  const std::string& path) {
    Json rows = Json::array();
    for (const Score& score : scores) rows.push_back(to_json(score, settings.schedules));
    const Json whole{{"format", 1},
                     {"seeds", settings.seeds},
                     {"schedules", settings.schedules},
                     {"scores", rows}};
    // What a backend says in a problem need not be UTF-8.
    const std::string text = whole.dump(2, ' ', false, Json::error_handler_t::replace);
    std::ofstream file(path, std::ios::binary);
    file << text << "\n";
    file.close();
    if (!file) return Error{fmt::format("{} could not be written", path)};
    return Ok{};
}

}  // namespace stagger::bench
