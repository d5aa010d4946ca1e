// SPDX-License-Identifier: Apache-2.0
//
// What the documentation says works: its scenarios parse, its marked commands run. A block of sh
// after a line `<!-- run -->`, or `<!-- run: exits 1 -->`, is run in an empty folder that holds
// `specs`, the scenarios of the same page and its blocks after a line `<!-- file: NAME -->`, with
// the built `stagger` in the PATH and its source in STAGGER_SOURCE. What a page runs shares the
// folder. A block after `<!-- output -->` stands in what the last of them wrote. The same holds for
// what `--help` shows: the specs it names are there.
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "harness/spec/parse.hpp"
#include "tests/lint/tree.hpp"

namespace stagger::lint {
namespace {

namespace fs = std::filesystem;

struct Block {
    std::string place;
    std::string language;
    std::string text;
    std::optional<int> exit_code;  // where it is to be run
    std::string file;              // where it is one
    bool output = false;           // of the block that was run last
};

std::optional<int> mark(const std::string& line) {
    if (line == "<!-- run -->") return 0;
    const std::string prefix = "<!-- run: exits ";
    if (!line.starts_with(prefix)) return std::nullopt;
    return std::stoi(line.substr(prefix.size()));
}

// The name in `<!-- file: NAME -->`, or "".
std::string named_file(const std::string& line) {
    const std::string prefix = "<!-- file: ", suffix = " -->";
    if (!line.starts_with(prefix) || !line.ends_with(suffix)) return "";
    return line.substr(prefix.size(), line.size() - prefix.size() - suffix.size());
}

std::vector<Block> blocks_of(const fs::path& page) {
    std::vector<Block> blocks;
    std::optional<int> marked;
    std::string file;
    bool output = false;
    bool inside = false;
    const auto lines = lines_of(page);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        if (line.starts_with("```")) {
            inside = !inside;
            if (!inside) continue;
            blocks.push_back({place(page, i + 1), line.substr(3), "", marked, file, output});
            marked.reset();
            file.clear();
            output = false;
        } else if (inside) {
            blocks.back().text += line + "\n";
        } else if (const auto exit_code = mark(line)) {
            marked = exit_code;
        } else if (const std::string name = named_file(line); !name.empty()) {
            file = name;
        } else if (line == "<!-- output -->") {
            output = true;
        }
    }
    return blocks;
}

std::vector<fs::path> pages() {
    auto found = files_under("docs", {".md"});
    found.push_back(fs::path(STAGGER_ROOT) / "README.md");
    return found;
}

bool is_scenario(const Block& block) {
    return block.language == "toml" && block.text.starts_with("name");
}

spec::ParseOutcome parsed(const Block& block) {
    return spec::parse_scenario(block.text, block.place);
}

// A fresh folder with `specs` and the page's scenarios, removed at the end.
class Desk {
public:
    explicit Desk(const std::vector<Block>& blocks) {
        std::string name = (fs::temp_directory_path() / "stagger-docs-XXXXXX").string();
        folder_ = mkdtemp(name.data());
        fs::create_directory_symlink(fs::path(STAGGER_ROOT) / "specs", folder_ / "specs");
        for (const Block& block : blocks) {
            if (!block.file.empty()) std::ofstream(folder_ / block.file) << block.text;
            if (!is_scenario(block)) continue;
            const auto outcome = parsed(block);
            if (!outcome.scenario) continue;
            std::ofstream(folder_ / (outcome.scenario->name + ".toml")) << block.text;
        }
    }
    ~Desk() { fs::remove_all(folder_); }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    int run(const std::string& script) const {
        std::ofstream(folder_ / "script.sh")
            << "set -e\ncd '" << folder_.string() << "'\nPATH='" << STAGGER_BIN << "':$PATH\n"
            << "export STAGGER_SOURCE='" << STAGGER_ROOT << "'\n"
            << script;
        const std::string command = "sh " + (folder_ / "script.sh").string() + " > " + output();
        const int status = std::system(command.c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    std::string written() const {
        std::ifstream file(output());
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::string output() const { return (folder_ / "output.txt").string(); }

    fs::path folder_;
};

TEST(Docs, ScenariosParse) {
    std::size_t seen = 0;
    for (const auto& page : pages()) {
        for (const Block& block : blocks_of(page)) {
            if (!is_scenario(block)) continue;
            ++seen;
            for (const auto& diagnostic : parsed(block).diagnostics)
                ADD_FAILURE() << diagnostic.render();
        }
    }
    EXPECT_GE(seen, 2u) << "the README and the language's reference each show one";
}

TEST(Docs, CommandsRunAndWriteWhatIsShown) {
    std::size_t seen = 0, shown = 0;
    for (const auto& page : pages()) {
        const auto blocks = blocks_of(page);
        const Desk desk(blocks);
        for (const Block& block : blocks) {
            if (block.output) {
                ++shown;
                EXPECT_NE(desk.written().find(block.text), std::string::npos)
                    << block.place << ", but it is:\n"
                    << desk.written();
            }
            if (!block.exit_code) continue;
            ++seen;
            EXPECT_EQ(desk.run(block.text), *block.exit_code) << block.place << "\n" << block.text;
        }
    }
    EXPECT_GE(shown, 1u) << "mark what they write with <!-- output -->";
    EXPECT_GE(seen, 3u) << "mark commands in docs/ with <!-- run -->";
}

// Examples of commands name specs that there are.
TEST(Docs, HelpNamesFilesThatExist) {
    const Desk desk({});
    EXPECT_EQ(
        desk.run("stagger --help | sed -n 's/^  \\([a-z]\\{2,\\}\\)  .*/\\1/p' > commands.txt\n"
                 "grep -q validate commands.txt\n"
                 "for command in $(cat commands.txt); do\n"
                 "  stagger help $command > help.txt\n"
                 "  for word in $(grep -o 'specs/[a-z./-]*' help.txt); do\n"
                 "    test -e $word || { echo \"$command: no $word\"; exit 1; }\n"
                 "  done\n"
                 "done\n"),
        0);
}

}  // namespace
}  // namespace stagger::lint
