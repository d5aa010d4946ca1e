// SPDX-License-Identifier: Apache-2.0
//
// The histories in tests/histories/recorded: each must be accepted (_ok) or rejected (_bad).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/recorded/judge.hpp"
#include "harness/recorded/read.hpp"

namespace stagger::recorded {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(STAGGER_RECORDED))
        if (entry.path().extension() != ".md") found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::string model_of(const std::string& file) {
    return file.substr(0, file.find_first_of("_."));
}

class Twins : public testing::TestWithParam<std::string> {};

TEST_P(Twins, AreJudgedAsTheirNamesSay) {
    const std::string path = std::string(STAGGER_RECORDED) + "/" + GetParam();
    Result<Reading> reading = read_history(path, {});
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    const ModelInfo* model = find_model(model_of(GetParam()));
    ASSERT_NE(model, nullptr);
    const bool bad = GetParam().find("_bad.") != std::string::npos;
    for (const Algorithm algorithm :
         {Algorithm::Automatic, Algorithm::WingGongLowe, Algorithm::Frontier}) {
        JudgeOptions options;
        options.algorithm = algorithm;
        const Result<Judgement> judgement = judge(reading->history, *model, options);
        ASSERT_TRUE(judgement.ok()) << judgement.error().message;
        EXPECT_EQ(judgement->answer, bad ? Answer::Violation : Answer::Ok) << name(algorithm);
        EXPECT_EQ(judgement->reason.empty(), !bad);
    }
}

std::string test_name(const testing::TestParamInfo<std::string>& file) {
    std::string name = file.param.substr(0, file.param.find('.'));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Twins, testing::ValuesIn(files()), test_name);

TEST(TwinsOfModels, ExistForEveryModel) {
    std::set<std::string> accepted;
    std::set<std::string> rejected;
    for (const std::string& file : files())
        (file.find("_bad.") != std::string::npos ? rejected : accepted).insert(model_of(file));
    for (const ModelInfo& model : models()) {
        EXPECT_TRUE(accepted.contains(std::string(model.name))) << model.name;
        EXPECT_TRUE(rejected.contains(std::string(model.name))) << model.name;
    }
}

}  // namespace
}  // namespace stagger::recorded
