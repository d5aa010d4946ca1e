// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/embedded/embedded.hpp"
#include "harness/report/finding.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 60;

// What a template of each kind is called, in its text and in the names of its files.
struct Kind {
    std::string_view name, placeholder;
};
constexpr std::array<Kind, 2> kKinds{{{"scenario", "my_scenario"}, {"backend", "my_queue"}}};

const Kind& kind_of(const Options& options) {
    return options.topic == kKinds[0].name ? kKinds[0] : kKinds[1];
}

// A backend's name is also that of a target in its CMakeLists.txt, and of much in C++ that its
// author writes next.
constexpr std::string_view kTaken[] = {
    "alignas",  "alignof",  "all",      "asm",      "auto",     "bool",    "break",     "case",
    "catch",    "char",     "class",    "clean",    "concept",  "const",   "consteval", "constexpr",
    "continue", "default",  "delete",   "depend",   "do",       "double",  "else",      "enum",
    "explicit", "export",   "extern",   "false",    "float",    "for",     "friend",    "goto",
    "help",     "if",       "inline",   "install",  "int",      "long",    "mutable",   "namespace",
    "new",      "noexcept", "nullptr",  "operator", "package",  "private", "protected", "public",
    "register", "requires", "return",   "short",    "signed",   "sizeof",  "stagger",   "static",
    "std",      "struct",   "switch",   "template", "test",     "this",    "throw",     "true",
    "try",      "typedef",  "typename", "union",    "unsigned", "using",   "virtual",   "void",
    "volatile", "while"};

Status check_name(const std::string& name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto fine = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    if (name.empty()) return Error{"it needs a name"};
    if (name.size() > kLongestName)
        return Error{fmt::format("a name has at most {} letters", kLongestName)};
    if (!letter(name.front()) ||
        !std::all_of(name.begin(), name.end(), [&](char c) { return fine(c) || c == '-'; }))
        return Error{fmt::format(
            "\"{}\" cannot be a name: it begins with a letter and goes on with letters, digits, _ "
            "and -, as in my_queue; --in DIR says where to make it",
            report::printable(name))};
    return Ok{};
}

Status check_backend_name(const Options& options) {
    if (std::find(std::begin(kTaken), std::end(kTaken), options.name) != std::end(kTaken))
        return Error{fmt::format("\"{}\" has a meaning in C++ or CMake: choose another name.",
                                 options.name)};
    STAGGER_TRY(const engine::CampaignOptions campaign, campaign_options(options));
    const auto known = engine::backend_names(campaign);
    if (std::find(known.begin(), known.end(), options.name) == known.end()) return Ok{};
    return Error{
        fmt::format("there is a backend {} already, and two cannot have one name.", options.name)};
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string out(text);
    for (std::size_t at = out.find(what); at != std::string::npos;
         at = out.find(what, at + by.size()))
        out.replace(at, what.size(), by);
    return out;
}

struct NewFile {
    fs::path path;
    std::string text;
};

// The template's files under the new name. The licence of a template is ours; a start is its
// author's.
std::vector<NewFile> files_of(const Kind& kind, const Options& options) {
    const std::string below = std::string(kind.name) + "/";
    const fs::path folder =
        kind.name == "backend" ? fs::path(options.folder) / options.name : fs::path(options.folder);
    std::vector<NewFile> files;
    for (const EmbeddedFile& file : files_for_new()) {
        if (!file.path.starts_with(below)) continue;
        std::string_view text = file.text;
        if (text.starts_with("// SPDX")) text.remove_prefix(text.find("\n//\n") + 4);
        const std::string_view path = file.path.substr(below.size());
        files.push_back(
            {(folder / replaced(path, kind.placeholder, options.name)).lexically_normal(),
             replaced(text, kind.placeholder, options.name)});
    }
    return files;
}

// Remembers what it made, and takes it away again unless all of it could be made.
class Maker {
public:
    Maker() = default;
    ~Maker() {
        for (auto made = made_.rbegin(); made != made_.rend(); ++made) ::remove(made->c_str());
    }
    Maker(const Maker&) = delete;
    Maker& operator=(const Maker&) = delete;

    Status make(const NewFile& file) {
        STAGGER_TRY([[maybe_unused]] const Ok made, make_folder(file.path.parent_path()));
        // O_EXCL: what came to be there since we looked is not ours to replace.
        const int out = open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (out < 0) return failed(file.path, errno);
        made_.push_back(file.path);
        int why = write_all(out, file.text) ? 0 : errno;
        if (close(out) != 0 && why == 0) why = errno;
        return why == 0 ? Status(Ok{}) : failed(file.path, why);
    }
    void keep() { made_.clear(); }

private:
    static Status failed(const fs::path& path, int why) {
        return Error{fmt::format("{} cannot be made: {}. Choose another folder with --in.",
                                 report::printable(path.string()), std::strerror(why))};
    }
    Status make_folder(const fs::path& folder) {
        std::error_code error;
        if (folder.empty() || fs::is_directory(folder, error)) return Ok{};
        STAGGER_TRY([[maybe_unused]] const Ok above, make_folder(folder.parent_path()));
        if (!fs::create_directory(folder, error))
            return failed(folder, error ? error.value() : EEXIST);
        made_.push_back(folder);
        return Ok{};
    }

    std::vector<fs::path> made_;
};

// Nothing is made where any of it is there already: a start is whole, or it is none.
Status check_free(const std::vector<NewFile>& files) {
    for (const NewFile& file : files) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(file.path, error))) continue;
        return Error{fmt::format("{} is there already, and is not replaced.",
                                 report::printable(file.path.string()))};
    }
    return Ok{};
}

std::string next_steps(const Options& options) {
    const fs::path folder(options.folder);
    const auto word = [](const fs::path& path) {
        return report::shell_quoted(path.lexically_normal().string());
    };
    if (options.topic == "scenario")
        return fmt::format(
            "It is a scenario that passes, with a bug in it that is expected:\n"
            "  stagger gate {}\n",
            word(folder / (options.name + ".toml")));
    return fmt::format(
        "It is a backend that passes, with a twin that is wrong on purpose. Its README has the\n"
        "commands, with CMake and without:\n"
        "  cd {}\n"
        "  cmake -S . -B build && cmake --build build && ctest --test-dir build\n",
        word(folder / options.name));
}

}  // namespace

void set_up_new(Usage& usage, Options& options) {
    std::vector<std::string> names;
    for (const Kind& known : kKinds) names.emplace_back(known.name);
    const auto kind = [&options, names](const std::string& text) -> Status {
        const std::string problem = unknown_name("kind of start", {text}, names);
        if (!problem.empty()) return Error{problem};
        options.topic = text;
        return Ok{};
    };
    const auto name = [&options](const std::string& text) -> Status {
        options.name = text;
        return check_name(text);
    };
    const auto folder = [&options](const std::string& text) -> Status {
        if (text.empty()) return Error{"it needs a folder"};
        options.folder = text;
        return Ok{};
    };
    usage.positionals.push_back({"KIND", "scenario or backend", kind, true, Times::Once, names});
    usage.positionals.push_back({"NAME", "What to call it, such as my_queue", name, true});
    usage.options.push_back({"--in", "DIR", "Where to make it (default: here)", folder});
    add_surroundings(usage, options);
    usage.notes =
        "scenario makes NAME.toml; backend makes a folder NAME with its source, a scenario for "
        "it,\n"
        "a CMakeLists.txt and a README. Both work as they are, and show a bug that they expect.\n"
        "What is there already is never replaced.";
    usage.examples =
        "  stagger new scenario transfers --in specs\n"
        "  stagger new backend my_queue";
}

int run_new(const Options& options, Console& console) {
    const Kind& kind = kind_of(options);
    const std::vector<NewFile> files = files_of(kind, options);
    Status status = kind.name == "backend" ? check_backend_name(options) : Status(Ok{});
    if (status) status = check_free(files);
    if (!status) {
        console.error(status.error().message);
        return kUsage;
    }
    Maker maker;
    for (const NewFile& file : files) {
        status = maker.make(file);
        if (status) continue;
        console.error(status.error().message);
        return kBroken;
    }
    maker.keep();
    for (const NewFile& file : files)
        console.print(fmt::format("made {}\n", report::printable(file.path.string())));
    console.print(next_steps(options));
    return kAsExpected;
}

}  // namespace stagger::cli
