// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/check/advice.hpp"
#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/commands/commands.hpp"

namespace stagger::cli {
namespace {

// Bugs rebuilt from the field are backends, too, but none to write scenarios for.
constexpr std::string_view kZoo = "zoo_";

// "`lock`: **mutex**, none"; the default stands first.
std::string option_text(const engine::BackendDescription::Option& option) {
    std::string values;
    for (std::size_t at = 0; !option.values.empty() && at <= option.values.size();) {
        const std::size_t end = std::min(option.values.find('|', at), option.values.size());
        const std::string value = option.values.substr(at, end - at);
        if (value != option.default_value) values += ", " + value;
        at = end + 1;
    }
    return fmt::format("`{}`: **{}**{}", option.name, option.default_value, values);
}

// What the backends say about themselves. One that cannot be asked is left out; `list` says why.
std::string backends_table(const engine::CampaignOptions& campaign) {
    std::string out = "| backend | what it is | options, the default first |\n|---|---|---|\n";
    for (const std::string& name : engine::backend_names(campaign)) {
        if (name.starts_with(kZoo)) continue;
        const auto backend = engine::describe_backend(name, campaign);
        if (!backend) continue;
        std::string options;
        for (const auto& option : backend->options)
            options += (options.empty() ? "" : "; ") + option_text(option);
        out += fmt::format("| `{}` | {} | {} |\n", name, backend->summary, options);
    }
    return out;
}

std::string symptoms_table() {
    std::string out = "| symptom | meaning |\n|---|---|\n";
    for (const check::Advice& advice : check::advice())
        out += fmt::format("| `{}` | {} |\n", check::name(advice.symptom),
                           check::explanation(advice.symptom));
    return out;
}

}  // namespace

void set_up_schema(Usage& usage, Options& options) {
    usage.options.push_back({"--tables", "", "The tables of the language's reference, as Markdown",
                             [&options](const std::string&) -> Status {
                                 options.tables = true;
                                 return Ok{};
                             }});
    add_surroundings(usage, options);
    usage.notes =
        "Editors complete and check specs that begin with a line that names it, by taplo or "
        "tombi:\n"
        "  #:schema ./stagger.schema.json";
    usage.examples = "  stagger schema > stagger.schema.json";
}

int run_schema(const Options& options, Console& console) {
    if (!options.tables) {
        std::vector<std::string> strategies;
        for (const engine::StrategyInfo& strategy : engine::strategies())
            strategies.emplace_back(strategy.name);
        console.print(spec::json_schema(strategies));
        return kAsExpected;
    }
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!campaign) {
        console.error(campaign.error().message);
        return kUsage;
    }
    for (const spec::ReferenceTable& table : spec::reference_tables())
        console.print(fmt::format("<!-- table: {} -->\n{}\n", table.name, table.text));
    console.print(fmt::format("<!-- table: symptoms -->\n{}\n", symptoms_table()));
    console.print(fmt::format("<!-- table: backends -->\n{}", backends_table(*campaign)));
    return kAsExpected;
}

}  // namespace stagger::cli
