// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/doctor/probe.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

struct Section {
    std::string_view name, title;
    std::vector<Probe> probes;
    bool folded = false;  // what is good about it is one line
};

constexpr std::string_view word(Health health) {
    return health == Health::Good ? "ok" : health == Health::Less ? "less" : "BAD";
}

std::string painted(Health health, const report::Style& style) {
    const std::string text = report::pad(word(health), 4);
    if (health == Health::Good) return style.green(text);
    return health == Health::Less ? style.yellow(text) : style.red(text);
}

std::string wrapped(std::string_view text, std::size_t indent, const report::Style& style) {
    std::string out;
    const std::size_t width = std::min<std::size_t>(style.width, 100) - indent;
    for (const std::string& line : report::wrap(report::printable(text), width))
        out += std::string(indent, ' ') + line + "\n";
    return out;
}

std::string line_of(const Probe& probe, std::size_t width, const report::Style& style) {
    const std::string found = report::printable(probe.found);
    const std::size_t rest = std::min<std::size_t>(style.width, 100) - width - 9;
    std::string out =
        fmt::format("  {} {}  ", painted(probe.health, style), report::pad(probe.name, width));
    bool first = true;
    for (const std::string& line : report::wrap(found, rest)) {
        out += first ? line + "\n" : std::string(width + 9, ' ') + line + "\n";
        first = false;
    }
    if (first) out += "\n";
    if (!probe.means.empty()) out += wrapped(probe.means, 9, style);
    if (!probe.remedy.empty()) out += wrapped("to do: " + probe.remedy, 9, style);
    return out;
}

std::string rendered(const Section& section, const report::Style& style) {
    std::size_t width = 0;
    std::vector<std::string> good;
    for (const Probe& probe : section.probes) {
        width = std::max(width, probe.name.size());
        if (section.folded && probe.health == Health::Good) good.push_back(probe.name);
    }
    std::string out = style.bold(section.title) + "\n";
    if (!good.empty())
        out += fmt::format("  {} {} of {}:\n{}", painted(Health::Good, style), good.size(),
                           section.probes.size(),
                           wrapped(fmt::format("{}", fmt::join(good, ", ")), 7, style));
    for (const Probe& probe : section.probes)
        if (!section.folded || probe.health != Health::Good) out += line_of(probe, width, style);
    return out + "\n";
}

Health worst(const std::vector<Section>& sections) {
    Health health = Health::Good;
    for (const Section& section : sections)
        for (const Probe& probe : section.probes) health = std::max(health, probe.health);
    return health;
}

std::string conclusion(Health health) {
    if (health == Health::Good) return "This machine can run Stagger, and Stagger is sharp.\n";
    if (health == Health::Less)
        return "Stagger works here, and is sharp, but for what is marked `less` above.\n";
    return "Do not rely on verdicts from here: see what is marked `BAD` above.\n";
}

std::string as_json(const std::vector<Section>& sections, Health health) {
    nlohmann::ordered_json out{{"format", 1}, {"health", word(health)}};
    for (const Section& section : sections)
        for (const Probe& probe : section.probes)
            out[std::string(section.name)].push_back({{"name", probe.name},
                                                      {"health", word(probe.health)},
                                                      {"found", report::printable(probe.found)},
                                                      {"means", probe.means},
                                                      {"remedy", probe.remedy}});
    return out.dump(2) + "\n";
}

}  // namespace

void set_up_doctor(Usage& usage, Options& options) {
    add_json(usage, options, "Write what was found as JSON; - is stdout");
    add_surroundings(usage, options);
    usage.notes =
        "Looks at what Stagger needs of this machine, and then finds some twenty planted bugs: a\n"
        "few seconds. What does not work here is told with what does, and with what to do about "
        "it.\n"
        "Ends with 0 if verdicts from here can be relied on, with 3 if not.";
    usage.examples = "  stagger doctor";
}

int run_doctor(const Options& options, Console& console) {
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!campaign) {
        console.error(campaign.error().message);
        return kUsage;
    }
    std::vector<Section> sections{
        {"kernel", "the kernel", probe_kernel()},
        {"limits", "how much there is", probe_limits()},
        {"installation", "Stagger itself", probe_installation(*campaign)}};
    const report::Style style = console.style();
    for (const Section& section : sections) console.print(rendered(section, style));
    if (worst(sections) != Health::Bad) {
        SelfTest test = run_self_test(*campaign);
        const std::size_t first = sections.size();
        sections.push_back(
            {"backends", "what should hold, on each backend", std::move(test.backends), true});
        sections.push_back({"planted", "bugs that should be found", std::move(test.planted), true});
        for (std::size_t i = first; i < sections.size(); ++i)
            console.print(rendered(sections[i], style));
    }
    const Health health = worst(sections);
    console.print(conclusion(health));
    const int code = health == Health::Bad ? kBroken : kAsExpected;
    return options.json.empty()
               ? code
               : worse(code, deliver_json(options, as_json(sections, health), console));
}

}  // namespace stagger::cli
