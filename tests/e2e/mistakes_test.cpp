// SPDX-License-Identifier: Apache-2.0
//
// What people get wrong in specs, options and plugins, and what they are told: at once, with the
// place, and the same from every command.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

void expect_exit(const Outcome& outcome, int code) {
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
}

// A plugin that shows no content of a type is not asked for it, and not accused of having none.
TEST(Final, LooksOnlyAtWhatABackendShows) {
    const TemporaryFolder folder;
    const auto kept = [&](const std::string& final) {
        folder.write("kept.toml",
                     "name = \"kept\"\n[objects]\nq = { type = \"queue\" }\n"
                     "[process.writer]\nsteps = [{ put = \"q\", value = 1 }]\n"
                     "[process.reader]\nsteps = [{ take = \"q\", into = \"x\" }]\n"
                     "[expect]\nfinal = \"" +
                         final +
                         "\"\n"
                         "[[case]]\nbackend = \"zoo_broken_pipe\"\n");
        return stagger(folder, {"run", "kept.toml", "--seed", "1", "--schedules", "20"});
    };
    expect_exit(kept("reader.x == 1"), 0);
    const Outcome outcome = kept("#q == 0");
    EXPECT_NE(outcome.ending, testing::Ending(Exited{0}));
    EXPECT_TRUE(contains(outcome.out + outcome.err, "does not show what is in it")) << outcome.out;
}

// What a spec names and nobody has is a mistake of the spec: validate, gate and run say the same,
// at the place where it stands.
TEST(Spec, NamesWhatIsNotThereIsAMistakeWithItsPlace) {
    const TemporaryFolder folder;
    const std::string head =
        "name = \"x\"\n[objects]\nn = { type = \"register\", initial = 0 }\n"
        "[process.w]\nsteps = [ { load = \"n\", into = \"x\" } ]\n[[case]]\n";
    struct Wrong {
        const char* text;
        std::vector<std::string> says;
    };
    const Wrong all[] = {
        {"backend = \"smh\"\n", {"x.toml:7:11: error: there is no backend \"smh\"", "\"shm\"?"}},
        {"backend = { n = \"smh\" }\n", {"x.toml:7:17: error: there is no backend \"smh\""}},
        {"backend = \"shm\"\noptions = { lock = \"mutx\" }\n",
         {"x.toml:8:20: error: the option \"lock\" of shm cannot be \"mutx\"; did you mean "
          "\"mutex\"?",
          "  8 | options = { lock = \"mutx\" }"}},
        {"backend = \"shm\"\noptions = { shm = { lock = [\"spin\", \"none!\"] } }\n",
         {"x.toml:8:37: error: the option \"lock\" of shm cannot be \"none!\""}},
        {"backend = \"shm\"\noptions = { lokc = \"mutex\" }\n",
         {"x.toml:8:20: error: shm has no option \"lokc\"; did you mean \"lock\"?"}},
        {"backend = \"pipe\"\noptions = { lock = \"mutex\" }\n",
         {"x.toml:8:20: error: pipe has no option \"lock\"", "it has framing, overflow, delivery"}},
        {"backend = \"shm\"\n[explore]\nstrategy = \"pctt\"\n",
         {"x.toml:9:12: error: there is no strategy \"pctt\"; did you mean \"pct\"?"}}};
    for (const Wrong& wrong : all) {
        folder.write("x.toml", head + wrong.text);
        for (const std::string verb : {"validate", "points", "gate", "run", "fuzz"}) {
            std::vector<std::string> words{verb, "x.toml"};
            if (verb != "validate" && verb != "points")
                words.insert(words.end(), {"--schedules", "5"});
            const Outcome outcome = stagger(folder, words);
            expect_exit(outcome, 64);
            for (const std::string& part : wrong.says)
                EXPECT_TRUE(contains(outcome.out + outcome.err, part))
                    << verb << "\n"
                    << outcome.out << outcome.err;
        }
    }
    folder.write("x.toml", head + "backend = \"shm\"\noptions = { lock = \"mutex\" }\n");
    expect_exit(stagger(folder, {"validate", "x.toml"}), 0);
}

TEST(Spec, TwoOfTheSameNameAreAMistake) {
    const TemporaryFolder folder;
    folder.write("specs/a.toml", text_of(spec("holds")));
    folder.write("specs/b.toml", text_of(spec("holds")));
    for (const char* verb : {"validate", "gate"}) {
        const Outcome outcome = stagger(folder, {verb});
        expect_exit(outcome, 64);
        EXPECT_TRUE(contains(outcome.out, "specs/b.toml:")) << outcome.out;
        EXPECT_TRUE(contains(outcome.out, "is the name of specs/a.toml, too")) << outcome.out;
    }
    expect_exit(stagger(folder, {"validate", "specs/a.toml"}), 0);
}

TEST(Run, RefusesOptionsThatHaveNoMeaningTogether) {
    const TemporaryFolder folder;
    const std::vector<std::string> wrong[] = {{"--mode", "free", "--strategy", "pct"},
                                              {"--mode", "free", "--lifetime", "fresh"},
                                              {"--mode", "free", "--depth", "3"},
                                              {"--mode", "controlled", "--cpus", "all"},
                                              {"--cpus", "all"}};
    for (std::vector<std::string> words : wrong) {
        words.insert(words.begin(), {"run", spec("holds")});
        const Outcome outcome = stagger_quick(folder, words);
        expect_exit(outcome, 64);
        EXPECT_TRUE(contains(outcome.err, "mode")) << outcome.err;
    }
    expect_exit(stagger(folder, {"run", spec("holds"), "--mode", "free", "--cpus", "all",
                                 "--schedules", "3"}),
                0);
}

TEST(Plugins, TwoOfOneNameAreRefusedAndAFileMayBeCalledOtherwise) {
    const TemporaryFolder folder;
    folder.write("rival/shm.so", "");
    const Outcome rival = stagger(folder, {"list", "backends", "--plugin", "rival"});
    expect_exit(rival, 64);
    EXPECT_TRUE(contains(rival.err, "rival/shm.so are two backends of one name")) << rival.err;
    folder.write("other/readme", "");
    std::filesystem::copy_file(STAGGER_PLUGINS "/shm.so", folder / "other/mine.so");
    const Outcome other = stagger(folder, {"list", "backends", "--plugin", "other"});
    expect_exit(other, 0);
    EXPECT_TRUE(contains(other.out, "calls itself shm, but goes by its file's name, mine"))
        << other.out;
    expect_exit(
        stagger_quick(folder, {"run", spec("holds"), "--backend", "mine", "--plugin", "other"}), 0);
}

TEST(Selection, ThatMatchesNothingIsToldWithWhatToDo) {
    const TemporaryFolder folder;
    const Outcome gate = stagger(folder, {"gate", spec("holds"), "--backend", "pipe"});
    expect_exit(gate, 4);
    EXPECT_TRUE(contains(gate.err, "no case matches --backend pipe;")) << gate.err;
    EXPECT_TRUE(contains(gate.err, "`stagger run` makes a case")) << gate.err;
    for (const char* verb : {"run", "fuzz", "points"}) {
        const Outcome outcome = stagger(folder, {verb, spec("holds"), "--filter", "zzz"});
        expect_exit(outcome, 4);
        EXPECT_TRUE(contains(outcome.err, "no case matches --filter 'zzz';")) << outcome.err;
        EXPECT_FALSE(contains(outcome.out, "STATUS")) << outcome.out;
    }
}

}  // namespace
}  // namespace stagger::e2e
