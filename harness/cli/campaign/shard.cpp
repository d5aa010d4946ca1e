// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/shard.hpp"

#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace stagger::cli {

Result<std::optional<Shard>> shard_of(const Options& options, const Environment& environment) {
    if (options.shard) return std::optional<Shard>(options.shard);
    for (const std::string prefix : {"GTEST_", "TEST_"}) {
        const std::string total_name = prefix + "TOTAL_SHARDS", index_name = prefix + "SHARD_INDEX";
        const char* total = environment(total_name.c_str());
        const char* index = environment(index_name.c_str());
        if (total == nullptr && index == nullptr) continue;
        const auto count = parse_number(total == nullptr ? "" : total, 1, 10'000);
        const auto number = count ? parse_number(index == nullptr ? "" : index, 0, *count - 1)
                                  : Result<std::uint64_t>(Error{""});
        if (!number) {
            return Error{
                fmt::format("{}={} and {}={} in the environment do not name a shard: the index is "
                            "from 0 to one "
                            "less than the total.",
                            total_name, total == nullptr ? "" : total, index_name,
                            index == nullptr ? "" : index)};
        }
        // Says that shards are known here, or a runner takes it for a mistake.
        if (const char* status = environment((prefix + "SHARD_STATUS_FILE").c_str()))
            std::ofstream(status, std::ios::app).flush();
        return std::optional(
            Shard{static_cast<std::uint32_t>(*number) + 1, static_cast<std::uint32_t>(*count)});
    }
    return std::optional<Shard>();
}

void keep_shard(std::vector<Job>& jobs, const Shard& shard) {
    std::vector<Job> kept;
    for (std::size_t i = shard.number - 1; i < jobs.size(); i += shard.count)
        kept.push_back(std::move(jobs[i]));
    jobs = std::move(kept);
}

}  // namespace stagger::cli
