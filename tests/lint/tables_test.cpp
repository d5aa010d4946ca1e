// SPDX-License-Identifier: Apache-2.0
//
// Tables in docs/ that the program makes: what stands there between `<!-- table: NAME -->` and
// `<!-- end of table -->` is what `stagger schema --tables` says. Run with STAGGER_WRITE_TABLES=1
// this test writes them into the pages instead.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/lint/tree.hpp"

namespace stagger::lint {
namespace {

const std::string kBegin = "<!-- table: ", kEnd = "<!-- end of table -->";

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe))
        out.append(buffer.data(), size);
    EXPECT_EQ(pclose(pipe), 0) << command;
    return out;
}

// "<!-- table: objects -->" -> "objects"; "" for other lines.
std::string named_table(const std::string& line) {
    if (!line.starts_with(kBegin)) return "";
    return line.substr(kBegin.size(), line.find(" -->") - kBegin.size());
}

std::map<std::string, std::string> tables() {
    std::istringstream lines(output_of("'" STAGGER_BIN "/stagger' schema --tables"));
    std::map<std::string, std::string> found;
    std::string name;
    for (std::string line; std::getline(lines, line);) {
        if (const std::string begun = named_table(line); !begun.empty())
            name = begun;
        else if (!line.empty())
            found[name] += line + "\n";
    }
    return found;
}

// The page as it should be; adds the tables that it has to `used`.
std::string with_tables(const std::filesystem::path& page,
                        const std::map<std::string, std::string>& known,
                        std::set<std::string>& used) {
    std::string out;
    bool inside = false;
    for (const std::string& line : lines_of(page)) {
        const std::string name = named_table(line);
        if (line == kEnd) inside = false;
        if (!inside) out += line + "\n";
        if (name.empty()) continue;
        inside = true;
        used.insert(name);
        EXPECT_TRUE(known.contains(name)) << place(page) << ": there is no table " << name;
        if (known.contains(name)) out += known.at(name);
    }
    EXPECT_FALSE(inside) << place(page) << ": a table has no end";
    return out;
}

TEST(Docs, TablesAreThoseOfTheProgram) {
    const auto known = tables();
    std::set<std::string> used;
    for (const auto& page : files_under("docs", {".md"})) {
        const std::string wanted = with_tables(page, known, used);
        std::ifstream file(page);
        const std::string is{std::istreambuf_iterator<char>(file), {}};
        if (is == wanted) continue;
        if (getenv("STAGGER_WRITE_TABLES") != nullptr)
            std::ofstream(page) << wanted;
        else
            ADD_FAILURE() << place(page) << ": run this test with STAGGER_WRITE_TABLES=1, which "
                          << "makes it\n"
                          << wanted;
    }
    for (const auto& [name, text] : known)
        EXPECT_TRUE(used.contains(name)) << "no page has the table " << name;
}

}  // namespace
}  // namespace stagger::lint
