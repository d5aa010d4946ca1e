// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/target_settings.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

constexpr const char* kSpec = R"(
name = "two"
summary = "Two cases."
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [ { store = "n", value = 1 } ]
[[case]]
backend = "shm"
[[case]]
backend = "pipe"
)";

class TargetSettingsTest : public ::testing::Test {
protected:
    Result<TargetSettings> settings() const {
        return target_settings(folder_ / "two_shm", [this](const char* name) {
            const auto found = environment_.find(name);
            return found == environment_.end() ? nullptr : found->second.c_str();
        });
    }

    testing::TemporaryFolder folder_;
    std::map<std::string, std::string> environment_;
};

TEST_F(TargetSettingsTest, ComeFromTheEnvironment) {
    environment_ = {{"STAGGER_FUZZ_SPEC", folder_.write("spec.toml", kSpec)},
                    {"STAGGER_FUZZ_CASE", "*/pipe"},
                    {"STAGGER_FUZZ_OUT", "found"},
                    {"STAGGER_FUZZ_LIFETIME", "fresh"},
                    {"STAGGER_PLUGIN_PATH", "a::b"}};
    const auto read = settings();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->options.out_directory, "found");
    EXPECT_EQ(read->options.lifetime, spec::Lifetime::Fresh);
    EXPECT_EQ(read->options.worker_path, folder_ / "stagger-worker");
    ASSERT_EQ(read->options.plugin_paths.size(), 4u);
    EXPECT_EQ(read->options.plugin_paths[0], folder_ / "plugins");
    EXPECT_EQ(read->options.plugin_paths[3], "b");
    const auto chosen = target_case(*read);
    ASSERT_TRUE(chosen) << chosen.error().message;
    EXPECT_EQ(chosen->spec_case.id, "two/pipe");
}

TEST_F(TargetSettingsTest, ComeFromFilesBesideTheProgramElse) {
    folder_.write("two_shm.toml", kSpec);
    folder_.write("two_shm.case", "two/shm\n");
    const auto read = settings();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->options.out_directory, ".stagger");
    EXPECT_EQ(target_case(*read)->spec_case.id, "two/shm");
    environment_["STAGGER_FUZZ_CASE"] = "two/pipe";
    EXPECT_EQ(target_case(*settings())->spec_case.id, "two/pipe") << "the environment comes first";
}

TEST_F(TargetSettingsTest, ThatAreMissingOrWrongAreSaid) {
    const auto none = settings();
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("STAGGER_FUZZ_SPEC"), std::string::npos);
    environment_["STAGGER_FUZZ_SPEC"] = folder_.write("spec.toml", kSpec);
    const auto both = target_case(*settings());
    ASSERT_FALSE(both);
    EXPECT_NE(both.error().message.find("two/shm\n  two/pipe"), std::string::npos);
    environment_["STAGGER_FUZZ_CASE"] = "two/queue";
    EXPECT_NE(target_case(*settings()).error().message.find("two/pipe"), std::string::npos);
    environment_["STAGGER_FUZZ_SPEC"] = folder_.write("bad.toml", "name = 3\n");
    EXPECT_NE(target_case(*settings()).error().message.find("bad.toml:1:8"), std::string::npos);
    environment_["STAGGER_FUZZ_LIFETIME"] = "hot";
    EXPECT_NE(settings().error().message.find("warm or fresh"), std::string::npos);
}

}  // namespace
}  // namespace stagger::fuzz
