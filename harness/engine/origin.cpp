// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/origin.hpp"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>
#include <boost/crc.hpp>

#include <stagger/backend.h>

#include "harness/backend/locate.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::engine {
namespace {

using schedule::Origin;
using schedule::PluginBuild;

// CRC-64 as ECMA-182 has it: tells builds apart, no more.
std::string checksum_of(const std::string& path) {
    boost::crc_optimal<64, 0x42F0E1EBA9EA3693, 0, 0, false, false> crc;
    std::ifstream file(path, std::ios::binary);
    std::array<char, 65536> buffer{};
    while (file) {
        file.read(buffer.data(), std::ssize(buffer));
        crc.process_bytes(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    return file.eof() ? fmt::format("{:016x}", crc.checksum()) : "";
}

void compare(std::string_view what, const std::string& then, const std::string& now,
             std::vector<std::string>& out) {
    if (then != now) out.push_back(fmt::format("{} was {}, here it is {}", what, then, now));
}

std::string difference(const PluginBuild& then, const std::vector<PluginBuild>& now) {
    const auto found = std::find_if(now.begin(), now.end(), [&](const PluginBuild& plugin) {
        return plugin.name == then.name;
    });
    if (found == now.end())
        return fmt::format("the backend {} (ABI {}, checksum {}) is not here", then.name, then.abi,
                           then.checksum);
    if (found->abi != then.abi)
        return fmt::format("the backend {} was built for ABI {}, this Stagger has ABI {}",
                           then.name, then.abi, found->abi);
    if (found->checksum != then.checksum)
        return fmt::format("the backend {} is another build: its checksum was {}, here it is {}",
                           then.name, then.checksum, found->checksum);
    return "";
}

}  // namespace

Origin origin_of(const spec::Case& spec_case, const CampaignOptions& options) {
    Origin origin;
    origin.stagger = STAGGER_VERSION;
    origin.libc = fmt::format("glibc {}", gnu_get_libc_version());
    utsname system{};
    if (uname(&system) == 0) {
        origin.machine = static_cast<const char*>(system.machine);
        origin.kernel = static_cast<const char*>(system.release);
    }
    for (const std::string& name : spec::backends_of(spec_case)) {
        const auto path = backend::locate(name, options.plugin_paths);
        // A plugin of another ABI is not loaded, so that what was found was found with ours.
        if (path) origin.plugins.push_back({name, STAGGER_ABI_VERSION, checksum_of(*path)});
    }
    return origin;
}

Differences differences(const Origin& then, const Origin& now) {
    Differences out;
    if (then == Origin{}) return out;
    compare("Stagger", then.stagger, now.stagger, out.builds);
    for (const PluginBuild& plugin : then.plugins) {
        const std::string text = difference(plugin, now.plugins);
        if (!text.empty()) out.builds.push_back(text);
    }
    compare("the machine", then.machine, now.machine, out.surroundings);
    compare("the kernel", then.kernel, now.kernel, out.surroundings);
    compare("libc", then.libc, now.libc, out.surroundings);
    return out;
}

}  // namespace stagger::engine
