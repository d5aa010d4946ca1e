// SPDX-License-Identifier: Apache-2.0
//
// The table of symptoms: in the order of precedence, the most specific first.
#include <array>

#include "harness/base/check.hpp"
#include "harness/base/symptoms.hpp"
#include "harness/check/check.hpp"

namespace stagger::check {

namespace {

struct Row {
    Symptom symptom;
    std::string_view name;
    std::string_view explanation;
};

constexpr std::array<Row, 23> kTable = {{
    {Symptom::LostUpdate, "lost-update",
     "Two tasks read the same version of an object and both wrote it back changed, so that one of "
     "the two changes is overwritten."},
    {Symptom::StaleRead, "stale-read",
     "A read returned an old value, although a newer one had been written before the read began."},
    {Symptom::NeverVisible, "never-visible",
     "A write completed, and no other process that looked later ever saw it or anything newer."},
    {Symptom::TornValue, "torn-value",
     "A value came back that was never written as a whole: parts of it belong to different "
     "writes."},
    {Symptom::LostMessage, "lost-message",
     "A message was handed over (put, published, written, called), never came out, and is not "
     "there "
     "any more."},
    {Symptom::DuplicateMessage, "duplicate-message",
     "A message came out more often than it was handed over."},
    {Symptom::ReorderedMessage, "reordered-message",
     "Two messages came out in another order than they were handed over."},
    {Symptom::InventedMessage, "invented-message",
     "A message came out that nobody had handed over."},
    {Symptom::MutualExclusion, "mutual-exclusion",
     "Two tasks were inside at the same time where only one may be: a lock, or a section."},
    {Symptom::LostWakeup, "lost-wakeup",
     "A task sleeps for ever although what it waits for has come, because nobody woke it."},
    {Symptom::StuckAfterCrash, "stuck-after-crash",
     "After one process died, others wait for ever for something that only it could give back."},
    {Symptom::DataRace, "data-race",
     "Two tasks accessed the same memory, at least one of them to write, and nothing ordered the "
     "two accesses."},
    {Symptom::Deadlock, "deadlock",
     "Every task that has not ended waits for another of them, so that none can ever go on."},
    {Symptom::Livelock, "livelock",
     "Tasks keep running but never come to an end, however long they are left to."},
    {Symptom::Hang, "hang", "A task kept computing without doing anything that others could see."},
    {Symptom::Leak, "leak",
     "Objects of the operating system were left behind after the backend had cleaned up."},
    {Symptom::Crash, "crash", "A process died that nobody had told to."},
    {Symptom::UnexpectedError, "unexpected-error",
     "A call did not succeed, and the scenario does not say that it may fail."},
    {Symptom::NotSerializable, "not-serializable",
     "No order of the blocks that should each take effect as one explains what they saw."},
    {Symptom::NotLinearizable, "not-linearizable",
     "No order of the calls on an object explains what they returned."},
    {Symptom::ForbiddenOutcome, "forbidden-outcome",
     "The observed values came to an outcome that the scenario forbids."},
    {Symptom::Assertion, "assertion", "A condition that the scenario asserts was false."},
    {Symptom::FinalState, "final-state",
     "What the scenario expects of the final state does not hold."},
}};

constexpr bool rows_stand_at_their_numbers() {
    for (std::size_t i = 0; i < kTable.size(); ++i)
        if (static_cast<std::size_t>(kTable[i].symptom) != i || kTable[i].name != kSymptomNames[i])
            return false;
    return true;
}
static_assert(kTable.size() == kSymptomNames.size() && rows_stand_at_their_numbers());

const Row& row(Symptom symptom) {
    const auto number = static_cast<std::size_t>(symptom);
    STAGGER_CHECK(number < kTable.size());
    return kTable[number];
}

}  // namespace

std::string_view name(Symptom symptom) {
    return row(symptom).name;
}

std::string_view explanation(Symptom symptom) {
    return row(symptom).explanation;
}

std::optional<Symptom> symptom(std::string_view name) {
    for (const Row& row : kTable)
        if (row.name == name) return row.symptom;
    return std::nullopt;
}

std::vector<std::string> symptom_names() {
    return {kSymptomNames.begin(), kSymptomNames.end()};
}

}  // namespace stagger::check
