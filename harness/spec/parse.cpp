// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/parse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

void read_name(const Node& root, Builder& builder) {
    const Entry* entry = root.find("name");
    if (!entry) {
        builder.problems.add({1, 1}, "a scenario needs a `name`", "name = \"increment\"");
        return;
    }
    const auto text = read_text(*entry, builder.problems);
    if (!text) return;
    const bool good = std::all_of(text->begin(), text->end(), [](char c) {
        return c == '_' || c == '-' || c == '.' || std::isalnum(static_cast<unsigned char>(c));
    });
    if (!good || text->size() > 100)
        builder.problems.add(entry->value.position,
                             "a scenario's name is short and has letters, digits, - _ . only",
                             "it becomes a part of case ids and file names");
    builder.scenario.name = *text;
}

void read_roles_or_complain(const Node& root, Builder& builder) {
    if (const Entry* process = root.find("process")) read_roles(process->value, builder);
    if (builder.scenario.roles.empty() && builder.problems.none())
        builder.problems.add({1, 1}, "a scenario needs at least one process",
                             "[process.worker] with steps = [ ... ]");
}

// The order matters: each part may name things of those before it.
void read_scenario(const Node& root, Builder& builder) {
    check_keys(*root.entries(), Part::File, "a scenario", builder.problems);
    read_name(root, builder);
    if (const Entry* summary = root.find("summary"))
        builder.scenario.summary = read_text(*summary, builder.problems).value_or("");
    if (const Entry* params = root.find("params")) read_params(params->value, builder);
    if (const Entry* objects = root.find("objects")) read_objects(objects->value, builder);
    read_roles_or_complain(root, builder);
    CaseDefaults& defaults = builder.scenario.defaults;
    defaults.params = builder.scenario.params;
    if (const Entry* expect = root.find("expect"))
        read_expect(expect->value, defaults.expect, builder);
    if (const Entry* explore = root.find("explore"))
        read_explore(explore->value, defaults.explore, builder);
    if (const Entry* options = root.find("options")) read_default_options(options->value, builder);
    if (const Entry* faults = root.find("faults"))
        read_faults(faults->value, defaults.faults, builder);
    const Entry* cases = root.find("case");
    if (const Entry* faults = root.find("faults"); faults && !cases) {
        if (const auto problem = problem_of_faults(builder.scenario, defaults.faults,
                                                   builder.scenario.params, defaults.explore.mode))
            builder.problems.add(faults->position, problem->message, problem->hint);
    }
    if (const Entry* expect = root.find("expect"); expect && !cases && builder.problems.none())
        check_outcomes(defaults.expect, expect->value.position, builder);
    read_cases(cases ? &cases->value : nullptr, builder);
    if (builder.problems.none()) check_indices(builder);
}

ParseOutcome failed(const std::string& path, std::string_view text, Position position,
                    std::string message, std::string hint) {
    ParseOutcome outcome;
    outcome.diagnostics.push_back({path, position, std::move(message), std::move(hint),
                                   std::string(line_at(text, position.line))});
    return outcome;
}

ParseOutcome too_large(const std::string& path, std::size_t size) {
    return failed(path, "", {},
                  fmt::format("this spec has {} bytes; at most {} are read", size, kMaxSpecBytes),
                  "a scenario is some 30 lines of TOML: is this the right file?");
}

}  // namespace

ParseOutcome parse_scenario(std::string_view text, std::string path) {
    if (text.size() > kMaxSpecBytes) return too_large(path, text.size());
    const auto parsed = document::parse(text);
    if (const auto* problem = std::get_if<document::Problem>(&parsed))
        return failed(path, text, problem->position, problem->message, problem->hint);
    Builder builder{{}, Problems(text, path), {}, {}, {}, {}};
    builder.scenario.path = path;
    builder.scenario.source = text;
    read_scenario(std::get<Node>(parsed), builder);
    ParseOutcome outcome;
    outcome.diagnostics = builder.problems.take();
    if (outcome.diagnostics.empty()) outcome.scenario = std::move(builder.scenario);
    return outcome;
}

ParseOutcome load_scenario(const std::string& path) {
    const auto text = read_text_file(path, kMaxSpecBytes);
    if (!text.ok()) return failed(path, "", {}, text.error().message, "");
    return parse_scenario(*text, path);
}

}  // namespace stagger::spec
