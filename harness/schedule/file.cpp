// SPDX-License-Identifier: Apache-2.0
//
// `.schedule` files: TOML that a person can read, in which nothing unknown, wrong or missing passes
// unnoticed, since a replay of something else would be worse than none.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>

#include "harness/base/document.hpp"
#include "harness/base/faults.hpp"
#include "harness/base/source.hpp"
#include "harness/base/symptoms.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::schedule {

namespace {

using document::Entry;
using document::Node;

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxFileBytes = std::size_t{8} << 20;
constexpr std::string_view kFileKeys[] = {"format",    "scenario",  "case",       "seed",
                                          "symptoms",  "spec_path", "case_json",  "spec",
                                          "decisions", "whole",     "found_with", "plugins"};
constexpr std::string_view kOriginKeys[] = {"stagger", "machine", "kernel", "libc"};
constexpr std::string_view kPluginKeys[] = {"name", "abi", "checksum"};
constexpr std::string_view kDecisionKeys[] = {"task", "point", "turn",  "label",
                                              "run",  "wake",  "fault", "phase"};

// In the order of Choice.
constexpr std::string_view kChoices[] = {"run", "wake", "fault"};
constexpr std::string_view kInputKeys[] = {"task", "any", "label", "value"};
constexpr std::int64_t kLargestInput = std::int64_t{1} << 53;

// A character that no string of TOML may hold as it is, the line break aside; 0x09 is the tab.
bool needs_escape(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

// The inside of a basic string. A label may have been cut within a character: that becomes '?'.
std::string escaped(std::string_view text, bool keep_line_breaks) {
    std::string out;
    while (!text.empty()) {
        const char c = text[0];
        const std::size_t length = character_length(text);
        if (length == 0)
            out += '?';
        else if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (needs_escape(c) && !(c == '\n' && keep_line_breaks))
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string quoted(std::string_view text) {
    return '"' + escaped(text, false) + '"';
}

// As it stands where TOML allows that, so that it can be read and copied; else with escapes.
std::string block(const std::string& text) {
    const bool literal =
        text.find("'''") == std::string::npos && (text.empty() || text.back() != '\'') &&
        std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || !needs_escape(c); });
    if (literal) return "'''\n" + text + "'''";
    return "\"\"\"\n" + escaped(text, true) + "\"\"\"";
}

std::string line_of(const Decision& decision) {
    if (decision.choice == Choice::Input) {
        return fmt::format("  {{ task = {}, any = {}, label = {}, value = {} }},\n",
                           quoted(decision.task), decision.point, quoted(decision.label),
                           decision.value);
    }
    return fmt::format("  {{ {}task = {}, point = {}, {}label = {}, {} = {} }},\n",
                       decision.phase == Phase::Attach ? "phase = \"attach\", " : "",
                       quoted(decision.task), decision.point,
                       decision.turn > 0 ? fmt::format("turn = {}, ", decision.turn) : "",
                       quoted(decision.label), kChoices[static_cast<std::size_t>(decision.choice)],
                       quoted(decision.target));
}

// Nothing where nothing is known: files from before do without.
std::string origin_lines(const Origin& origin) {
    if (origin == Origin{}) return "";
    std::string out = fmt::format(
        "found_with = {{ stagger = {}, machine = {}, kernel = {}, libc = {} }}\nplugins = [\n",
        quoted(origin.stagger), quoted(origin.machine), quoted(origin.kernel), quoted(origin.libc));
    for (const PluginBuild& plugin : origin.plugins)
        out += fmt::format("  {{ name = {}, abi = {}, checksum = {} }},\n", quoted(plugin.name),
                           plugin.abi, quoted(plugin.checksum));
    return out + "]\n";
}

// Reads the entries of one file; the first thing wrong is kept, and ends it.
class Reader {
public:
    Reader(const std::string& text, const std::string& path) : text_(text), path_(path) {}

    Result<ScheduleFile> read() {
        const auto parsed = document::parse(text_);
        if (const auto* problem = std::get_if<document::Problem>(&parsed)) {
            wrong(problem->position, problem->message, problem->hint);
            // Where TOML breaks off at the end of the file, the file itself has.
            if (problem->position.line >= position_of(text_, text_.size()).line) cut_short();
            return *error_;
        }
        const Node& root = std::get<Node>(parsed);
        check_format(root);
        if (!error_ && !root.find("whole")) cut_short();
        check_keys(*root.entries(), kFileKeys);
        ScheduleFile file;
        file.scenario = text(root, "scenario");
        file.case_id = text(root, "case");
        file.seed = seed(root);
        file.symptoms = texts(root, "symptoms");
        for (const std::string& symptom : file.symptoms) {
            const bool known = std::find(kSymptomNames.begin(), kSymptomNames.end(), symptom) !=
                               kSymptomNames.end();
            if (!known) {
                wrong(root.find("symptoms")->value.position,
                      fmt::format("there is no symptom \"{}\"", symptom),
                      "`stagger list oracles` shows those that there are");
            }
        }
        file.spec_path = text(root, "spec_path");
        file.case_json = text(root, "case_json");
        file.spec_source = text(root, "spec");
        file.schedule.decisions = decisions(root);
        if (root.find("found_with")) file.origin = origin(root);
        if (const Entry* whole = root.find("whole"))
            if (!whole->value.boolean() || !*whole->value.boolean())
                wrong(whole->value.position, "the last line must be `whole = true`", "");
        if (error_) return *error_;
        return file;
    }

private:
    void wrong(Position position, const std::string& message, const std::string& hint) {
        if (error_) return;
        std::string rendered =
            render_problem(path_, position, message, hint, line_at(text_, position.line));
        if (!rendered.empty() && rendered.back() == '\n') rendered.pop_back();
        error_ = Error{rendered};
    }

    void cut_short() {
        error_.reset();
        wrong(position_of(text_, text_.size()),
              "this schedule is cut short: its last line, `whole = true`, is missing",
              "copy the file again, or run the case again to get a new one");
    }

    void check_format(const Node& root) {
        const Entry* format = root.find("format");
        if (!format)
            return wrong({1, 1}, "this is no schedule file: its first line is not `format = 1`",
                         "`stagger replay` takes the .schedule file of a finding");
        if (!format->value.integer() || *format->value.integer() != kFormat)
            wrong(format->value.position,
                  fmt::format("this schedule has another format; this Stagger reads format {}",
                              kFormat),
                  "replay it with the version of Stagger that wrote it, or run the case again");
    }

    template <std::size_t N>
    void check_keys(const Node::Entries& entries, const std::string_view (&known)[N]) {
        for (const Entry& entry : entries)
            if (std::find(std::begin(known), std::end(known), entry.key) == std::end(known))
                wrong(entry.position, fmt::format("unknown key \"{}\"", entry.key.substr(0, 60)),
                      fmt::format("it may be one of {}", fmt::join(known, ", ")));
    }

    const Entry* required(const Node& table, std::string_view key) {
        const Entry* entry = table.find(key);
        if (!entry)
            wrong(table.position.line > 0 ? table.position : Position{1, 1},
                  fmt::format("`{}` is missing here", key), "was the file edited?");
        return entry;
    }

    std::string text(const Node& table, std::string_view key) {
        const Entry* entry = required(table, key);
        if (entry && entry->value.text()) return *entry->value.text();
        if (entry) expected(*entry, "text in quotes");
        return "";
    }

    void expected(const Entry& entry, std::string_view wanted) {
        wrong(
            entry.value.position,
            fmt::format("`{}` must be {}, this is {}", entry.key, wanted, entry.value.kind_name()),
            "");
    }

    std::vector<std::string> texts(const Node& table, std::string_view key) {
        std::vector<std::string> out;
        const Entry* entry = required(table, key);
        if (entry && !entry->value.items()) expected(*entry, "an array of texts");
        if (!entry || !entry->value.items()) return out;
        for (const Node& item : *entry->value.items()) {
            if (item.text())
                out.push_back(*item.text());
            else
                wrong(item.position, fmt::format("`{}` must hold texts in quotes", key), "");
        }
        return out;
    }

    // TOML's integers end at 2^63; a larger seed stands in quotes.
    std::uint64_t seed(const Node& table) {
        const Entry* entry = required(table, "seed");
        if (!entry) return 0;
        if (entry->value.integer() && *entry->value.integer() >= 0)
            return static_cast<std::uint64_t>(*entry->value.integer());
        std::uint64_t number = 0;
        if (const std::string* digits = entry->value.text()) {
            const char* end = digits->data() + digits->size();
            const auto [stop, error] = std::from_chars(digits->data(), end, number);
            if (error == std::errc() && stop == end) return number;
        }
        wrong(entry->value.position, "`seed` must be a whole number, 0 or more", "");
        return 0;
    }

    // `read_one` turns each table of an array into one of what is given back.
    template <typename T>
    std::vector<T> tables(const Node& root, std::string_view key, std::string_view form,
                          T (Reader::*read_one)(const Node&)) {
        std::vector<T> out;
        const Entry* entry = required(root, key);
        if (entry && !entry->value.items()) expected(*entry, "an array of tables");
        if (!entry || !entry->value.items()) return out;
        for (const Node& item : *entry->value.items()) {
            if (error_) break;
            if (item.entries())
                out.push_back((this->*read_one)(item));
            else
                wrong(item.position, fmt::format("this must be a table: {}", form), "");
        }
        return out;
    }

    std::vector<Decision> decisions(const Node& root) {
        return tables(root, "decisions", "{ task = ..., run = ... }", &Reader::decision);
    }

    Origin origin(const Node& root) {
        Origin out;
        const Entry& entry = *root.find("found_with");
        if (!entry.value.entries()) {
            expected(entry, "a table: { stagger = ..., machine = ..., kernel = ..., libc = ... }");
            return out;
        }
        check_keys(*entry.value.entries(), kOriginKeys);
        out.stagger = text(entry.value, "stagger");
        out.machine = text(entry.value, "machine");
        out.kernel = text(entry.value, "kernel");
        out.libc = text(entry.value, "libc");
        out.plugins =
            tables(root, "plugins", "{ name = ..., abi = ..., checksum = ... }", &Reader::plugin);
        return out;
    }

    PluginBuild plugin(const Node& table) {
        check_keys(*table.entries(), kPluginKeys);
        return {text(table, "name"), number(table, "abi", 1), text(table, "checksum")};
    }

    Decision input(const Node& table) {
        Decision out;
        check_keys(*table.entries(), kInputKeys);
        out.choice = Choice::Input;
        out.task = text(table, "task");
        out.label = text(table, "label");
        out.point = number(table, "any", 1);
        const Entry* entry = required(table, "value");
        if (!entry) return out;
        const std::int64_t* value = entry->value.integer();
        if (value && *value >= -kLargestInput && *value <= kLargestInput)
            out.value = *value;
        else
            wrong(entry->value.position, "`value` must be a whole number of at most 2^53", "");
        return out;
    }

    Decision decision(const Node& table) {
        if (table.find("any")) return input(table);
        Decision out;
        check_keys(*table.entries(), kDecisionKeys);
        out.task = text(table, "task");
        out.label = text(table, "label");
        out.point = number(table, "point", 0);  // 0: before the first, where it starts
        if (table.find("turn")) out.turn = number(table, "turn", 0);
        std::size_t given = 0;
        for (std::size_t i = 0; i < std::size(kChoices); ++i) {
            if (!table.find(kChoices[i])) continue;
            ++given;
            out.choice = static_cast<Choice>(i);
        }
        if (given > 1) wrong(table.position, "a decision has either `run`, `wake` or `fault`", "");
        out.target = text(table, kChoices[static_cast<std::size_t>(out.choice)]);
        if (const Entry* fault = table.find("fault"); fault && !fault_by_text(out.target)) {
            wrong(fault->value.position, fmt::format("there is no fault {}", quoted(out.target)),
                  "it is a fault as docs/faults.md names them: \"kill\", \"short_io: one byte\"");
        }
        if (const Entry* phase = table.find("phase")) {
            const std::string name = text(table, "phase");
            if (name != "attach" && name != "main")
                wrong(phase->value.position, "`phase` must be \"attach\" or \"main\"", "");
            out.phase = name == "attach" ? Phase::Attach : Phase::Main;
        }
        return out;
    }

    std::uint32_t number(const Node& table, std::string_view key, std::int64_t least) {
        const Entry* entry = required(table, key);
        if (!entry) return 0;
        const std::int64_t* number = entry->value.integer();
        if (number && *number >= least && *number <= 0xffffffffLL)
            return static_cast<std::uint32_t>(*number);
        wrong(entry->value.position,
              fmt::format("`{}` must be a whole number, {} or more", key, least), "");
        return 0;
    }

    const std::string& text_;
    const std::string& path_;
    std::optional<Error> error_;
};

}  // namespace

std::string to_text(const ScheduleFile& file) {
    constexpr std::uint64_t kLargest = 0x7fffffffffffffff;
    std::string out = fmt::format(
        "# A schedule of Stagger: where a task is held while another runs, is struck by a fault, "
        "or\n"
        "# draws its n-th input (`any`). Replay it with: stagger replay <this file>\n"
        "format = {}\nscenario = {}\ncase = {}\n",
        kFormat, quoted(file.scenario), quoted(file.case_id));
    const std::string seed = std::to_string(file.seed);
    out += fmt::format("seed = {}\n", file.seed <= kLargest ? seed : quoted(seed));
    out += "symptoms = [";
    for (const std::string& symptom : file.symptoms)
        out += (&symptom == &file.symptoms.front() ? "" : ", ") + quoted(symptom);
    out += "]\n\ndecisions = [\n";
    for (const Decision& decision : file.schedule.decisions) out += line_of(decision);
    out += fmt::format("]\n\n{}spec_path = {}\ncase_json = {}\nspec = {}\n\nwhole = true\n",
                       origin_lines(file.origin), quoted(file.spec_path), quoted(file.case_json),
                       block(file.spec_source));
    return out;
}

Result<ScheduleFile> from_text(const std::string& text, const std::string& path) {
    if (text.size() > kMaxFileBytes)
        return Error{fmt::format("{}: this schedule has {} bytes; at most {} are read", path,
                                 text.size(), kMaxFileBytes)};
    return Reader(text, path).read();
}

Status write_file(const ScheduleFile& file, const std::string& path) {
    const std::string aside = fmt::format("{}.{}.new", path, ::getpid());
    {
        std::ofstream out(aside, std::ios::binary | std::ios::trunc);
        out << to_text(file);
        out.flush();
        if (!out) {
            const std::string reason = std::strerror(errno);
            std::remove(aside.c_str());
            return Error{fmt::format("the schedule {} cannot be written: {}", path, reason)};
        }
    }
    if (std::rename(aside.c_str(), path.c_str()) == 0) return Ok{};
    const std::string reason = std::strerror(errno);
    std::remove(aside.c_str());
    return Error{fmt::format("the schedule {} cannot be put in its place: {}", path, reason)};
}

Result<ScheduleFile> read_file(const std::string& path) {
    STAGGER_TRY(const std::string text, read_text_file(path, kMaxFileBytes));
    return from_text(text, path);
}

}  // namespace stagger::schedule
