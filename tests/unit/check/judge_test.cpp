// SPDX-License-Identifier: Apache-2.0
//
// What `judge` does around the oracles: absurd histories, evidence, order and names of symptoms.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "harness/base/symptoms.hpp"
#include "harness/check/check.hpp"
#include "harness/history/text.hpp"

namespace stagger {
namespace {

using history::History;
using history::kNone;

History read(std::string_view text) {
    auto history = history::read_text(text);
    EXPECT_TRUE(history.ok()) << (history.ok() ? "" : history.error().message);
    return history.ok() ? std::move(history).value() : History();
}

constexpr std::string_view kBlocks = R"(
object n register = 100
object m mutex
object c condition
a[0] enter as_one inc
a[0] call n.load site 1 -> 100
b[0] enter as_one inc
b[0] call n.load site 1 -> 100
b[0] call n.store 101 site 2
b[0] leave
a[0] call n.store 101 site 2
a[0] leave
a[0] call m.lock site 3
a[0] enter section s
a[0] invoke c.wait m site 4
a[0] complain assertion 'x'
wait a[0] object c 'wait c'
ending deadlock
)";

TEST(Judge, AcceptsAnEmptyHistory) {
    const check::Verdict verdict = check::judge({}, {}, {}, {});
    EXPECT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.common_objects, 0u);
}

TEST(Judge, PutsTheMostSpecificSymptomFirst) {
    const check::Verdict verdict = check::judge(read(kBlocks), {}, {}, {});
    ASSERT_EQ(verdict.violations.size(), 3u);
    EXPECT_EQ(verdict.violations[0].symptom, check::Symptom::LostUpdate);
    EXPECT_EQ(verdict.violations[0].object, "n");
    EXPECT_EQ(verdict.violations[0].calls, (std::vector<std::uint32_t>{0, 1, 3, 2}));
    EXPECT_EQ(verdict.violations[1].symptom, check::Symptom::Deadlock);
    EXPECT_EQ(verdict.violations[2].symptom, check::Symptom::Assertion);
}

TEST(Judge, CountsCommonObjectsAndContendedSites) {
    const check::Verdict verdict = check::judge(read(kBlocks), {}, {}, {});
    EXPECT_EQ(verdict.common_objects, 1u);
    EXPECT_EQ(verdict.contended_sites, (std::vector<std::uint32_t>{1, 2}));
}

TEST(Judge, FindsNoContentionAmongReaders) {
    const check::Verdict verdict = check::judge(read("object n register = 1\n"
                                                     "a[0] call n.load site 1 -> 1\n"
                                                     "b[0] call n.load site 2 -> 1\n"),
                                                {}, {}, {});
    EXPECT_EQ(verdict.common_objects, 1u);
    EXPECT_TRUE(verdict.contended_sites.empty());
}

TEST(Judge, DoesNotCountTheParentsLastLookAsUse) {
    const check::Verdict verdict = check::judge(read("object n register = 1\n"
                                                     "a[0] call n.store 2 site 1\n"
                                                     "parent call n.snapshot -> 2\n"),
                                                {}, {}, {});
    EXPECT_EQ(verdict.common_objects, 0u);
    EXPECT_TRUE(verdict.contended_sites.empty());
}

TEST(Judge, DeclaresAbsurdHistoriesInconclusive) {
    const std::vector<std::function<void(History&)>> absurdities = {
        [](History& h) { h.calls[0].task = 99; },
        [](History& h) { h.calls[0].object = 99; },
        [](History& h) { h.calls[0].with = 99; },
        [](History& h) { h.calls[0].block = 99; },
        [](History& h) { h.calls[0].block = 1; },
        [](History& h) { h.calls[0].operation = static_cast<Operation>(77); },
        [](History& h) { h.calls[0].status = static_cast<ResultStatus>(77); },
        [](History& h) { h.calls[0].operation = Operation::Lock; },
        [](History& h) { h.calls[0].responded = h.calls[0].invoked; },
        [](History& h) { h.calls[0].responded = 0; },
        [](History& h) { h.calls[0].invoked = kNone; },
        [](History& h) { h.calls[0].responded = kNone; },
        [](History& h) { std::swap(h.calls[0], h.calls[1]); },
        [](History& h) { h.calls.back().with = 0; },
        [](History& h) { h.calls.back().with = kNone; },
        [](History& h) { h.objects[0].type = static_cast<ObjectType>(77); },
        [](History& h) { h.blocks[0].task = 99; },
        [](History& h) { h.blocks[0].left = 0, h.blocks[0].entered = 1; },
        [](History& h) { h.sections[0].task = 99; },
        [](History& h) { h.complaints[0].task = 99; },
        [](History& h) { h.waits[0].task = 99; },
        [](History& h) { h.waits[0].object = 99; },
        [](History& h) { h.culprit = 99; },
    };
    for (std::size_t i = 0; i < absurdities.size(); ++i) {
        History history = read(kBlocks);
        absurdities[i](history);
        const check::Verdict verdict = check::judge(history, {}, {}, {});
        EXPECT_TRUE(verdict.violations.empty()) << i;
        ASSERT_EQ(verdict.inconclusive.size(), 1u) << i;
        EXPECT_NE(verdict.inconclusive[0].find("cannot have happened"), std::string::npos) << i;
    }
}

// Whatever the fields hold: a verdict comes back, and nothing else happens.
TEST(Judge, SurvivesFieldsOfAnyContent) {
    std::mt19937 random(6);
    for (int round = 0; round < 20000; ++round) {
        History history = read(kBlocks);
        for (int changes = 0; changes < 3; ++changes) {
            auto& call = history.calls[random() % history.calls.size()];
            const std::uint32_t small = static_cast<std::uint32_t>(random() % 20);
            const std::uint32_t any = random() % 4 == 0 ? kNone : small;
            switch (random() % 12) {
                case 0:
                    call.task = any % 3;
                    break;
                case 1:
                    call.object = any % 4;
                    break;
                case 2:
                    call.operation = static_cast<Operation>(random() % 30);
                    break;
                case 3:
                    call.status = static_cast<ResultStatus>(random() % 9);
                    break;
                case 4:
                    call.responded = any;
                    break;
                case 5:
                    call.invoked = any;
                    break;
                case 6:
                    call.result = Value::List{1, Value()};
                    break;
                case 7:
                    call.block = any;
                    break;
                case 8:
                    history.objects[0].type = static_cast<ObjectType>(random() % 10);
                    break;
                case 9:
                    history.ending = static_cast<history::Ending>(random() % 8);
                    break;
                case 10:
                    history.blocks[0].left = any;
                    break;
                default:
                    history.waits[0].object = any;
                    break;
            }
        }
        check::judge(history, {}, {}, {});
    }
}

TEST(Judge, KeepsItsOraclesInATable) {
    std::set<std::string_view> names;
    for (const check::OracleInfo& oracle : check::oracles()) {
        EXPECT_FALSE(oracle.summary.empty()) << oracle.name;
        EXPECT_TRUE(names.insert(oracle.name).second) << oracle.name;
    }
    EXPECT_GT(names.size(), 10u);
}

TEST(Symptoms, HaveStableNamesThatCanBeReadBack) {
    const auto names = check::symptom_names();
    ASSERT_EQ(names.size(), kSymptomNames.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto symptom = check::symptom(names[i]);
        ASSERT_TRUE(symptom.has_value()) << names[i];
        EXPECT_EQ(static_cast<std::size_t>(*symptom), i);
        EXPECT_EQ(check::name(*symptom), names[i]);
        EXPECT_TRUE(check::explanation(*symptom).ends_with('.')) << names[i];
    }
    EXPECT_FALSE(check::symptom("lost-updates").has_value());
}

}  // namespace
}  // namespace stagger
