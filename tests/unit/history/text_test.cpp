// SPDX-License-Identifier: Apache-2.0
#include "harness/history/text.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/history/value_text.hpp"

namespace stagger::history {
namespace {

constexpr std::string_view kEverything = R"(
# a comment
object n register = 100 backend shm
object q[0] queue = ['a', {b = 1}] capacity 2 fifo per-producer lossy duplicating cut-off
object m mutex robust
object c condition spurious
object book map = {['two words'] = 1} private
task worker[1].2 daemon variables {x = 5, y = [1]}
task odd role 'even' index 4 thread 1 process 9
worker[0] enter as_one outer site 7
worker[0] enter section s shared
@1500 worker[0] invoke n.cas 1 'it\'s' timed checked site 3
@2500 worker[1].2 call book.append 'key' -1.5 -> error because 'broken\npipe'
worker[0] return true
worker[0] leave
worker[0] leave
worker[0] call q[0].take -> empty
worker[0] complain torn-value 'byte 3' site 8
worker[0] call m.lock
worker[0] invoke c.wait m
parent call n.snapshot -> nil
wait worker[0] object c site 9 'wait c'
wait odd 'join worker'
ending deadlock culprit worker[0] 'all wait'
residue '/stagger'
)";

History read(std::string_view text) {
    auto history = read_text(text);
    EXPECT_TRUE(history.ok()) << (history.ok() ? "" : history.error().message);
    return history.ok() ? std::move(history).value() : History();
}

TEST(HistoryText, ReadsWhatItSays) {
    const History history = read(kEverything);
    ASSERT_EQ(history.objects.size(), 5u);
    EXPECT_EQ(history.objects[0].backend, "shm");
    EXPECT_EQ(history.objects[1].capacity, 2u);
    EXPECT_EQ(history.objects[1].contract.fifo_scope, STAGGER_FIFO_PER_PRODUCER);
    EXPECT_TRUE(history.objects[2].contract.robust);
    EXPECT_FALSE(history.objects[4].contract.shared);
    ASSERT_EQ(history.tasks.size(), 4u);
    EXPECT_EQ(history.tasks[0].role, "worker");
    EXPECT_EQ(history.tasks[0].index, 1u);
    EXPECT_EQ(history.tasks[0].thread, 2u);
    EXPECT_TRUE(history.tasks[0].daemon);
    EXPECT_EQ(history.tasks[1].process, 9u);
    EXPECT_EQ(history.tasks[3].role, "");
    const Call& cas = history.calls[0];
    EXPECT_EQ(cas.operation, Operation::Cas);
    EXPECT_EQ(cas.expected, Value(1));
    EXPECT_EQ(cas.value, Value("it's"));
    EXPECT_EQ(cas.result, Value(true));
    EXPECT_TRUE(cas.timed && cas.checked);
    EXPECT_EQ(cas.block, 0u);
    EXPECT_EQ(cas.invoked_at, 1500);
    EXPECT_EQ(cas.responded_at, 2500);
    EXPECT_EQ(history.calls[1].status, ResultStatus::Error);
    EXPECT_EQ(history.calls[1].failure, "broken\npipe");
    EXPECT_LT(cas.invoked, history.calls[1].invoked);
    EXPECT_LT(history.calls[1].responded, cas.responded);
    EXPECT_EQ(history.calls[4].responded, kNone);
    EXPECT_EQ(history.calls[4].with, 2u);
    EXPECT_EQ(history.waits[1].object, kNone);
    EXPECT_EQ(history.ending, Ending::Deadlock);
}

TEST(HistoryText, IsTheSameAfterWritingAndReadingAgain) {
    const std::string once = write_text(read(kEverything));
    EXPECT_EQ(write_text(read(once)), once);
    EXPECT_NE(once.find("@1500 worker[0] invoke n.cas 1 'it\\'s' timed checked site 3"),
              std::string::npos)
        << once;
}

TEST(HistoryText, EveryHistoryOfTheTestsSurvivesWriting) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(STAGGER_HISTORIES)) {
        if (entry.path().extension() != ".history") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const std::string once = write_text(read(text.str()));
        EXPECT_EQ(write_text(read(once)), once) << entry.path();
        ++files;
    }
    EXPECT_GT(files, 100u);
}

TEST(HistoryText, NamesTheLineOfAMistake) {
    const std::pair<const char*, const char*> mistakes[] = {
        {"object n number", "Line 1: an object needs a name and a type"},
        {"object n register small", "Line 1: \"small\" says nothing about an object"},
        {"object n register\na[0] call x.load", "Line 2: there is no object \"x\""},
        {"object n register\na[0] call n.append 1", "a register has no operation \"append\""},
        {"object n register\na[0] call n.store", "a value is missing"},
        {"object n register\na[0] call n.store 1 2 3", "Line 2: \"3\" is not expected here."},
        {"a[0] return", "the task is in no call"},
        {"a[0] leave", "the task is in nothing"},
        {"a[0] sleeps", "not \"sleeps\""},
        {"a[0]", "after a task's name comes"},
        {"@x a[0] leave", "a time is @"},
        {"object n register\na[0] invoke n.load\na[0] invoke n.load", "Line 3: the task is still"},
        {"ending happily", "no execution ends like this"},
        {"residue nothing", "\"nothing\" is no value"},
        {"residue 5", "a text in single quotes"},
        {"object", "an object needs"},
        {"object n register = [1", "a list has no closing bracket"},
    };
    for (const auto& [text, message] : mistakes) {
        const auto history = read_text(text);
        ASSERT_FALSE(history.ok()) << text;
        EXPECT_NE(history.error().message.find(message), std::string::npos)
            << text << ": " << history.error().message;
    }
}

TEST(HistoryText, SurvivesBeingCutAnywhere) {
    for (std::size_t length = 0; length < kEverything.size(); ++length)
        (void)read_text(kEverything.substr(0, length)).ok();
}

TEST(ValueText, ReadsWhatValuesPrint) {
    const std::vector<Value> values = {Value(),
                                       true,
                                       -5,
                                       1.25,
                                       1e300,
                                       "a'b\\c\n\x01",
                                       Value::List{},
                                       Value::List{1, Value::List{"x"}},
                                       Value::Map{},
                                       Value::Map{{"a", 1}, {3, Value::List{}}}};
    for (const Value& value : values) {
        const std::string text = value.to_string() + " rest";
        std::string_view left = text;
        const auto again = read_value(left);
        ASSERT_TRUE(again.ok()) << text;
        EXPECT_EQ(*again, value) << text;
        EXPECT_EQ(left, " rest");
    }
}

TEST(ValueText, RejectsWhatIsNoValue) {
    for (std::string_view text :
         {"", "'open", "[1", "[1 2]", "{a 1}", "{= 1}", "{a = 1", "one", "'\\q'", "'\\x1'", "--1"})
        EXPECT_FALSE(read_value(text).ok()) << text;
    std::string deep(100000, '[');
    std::string_view text = deep;
    EXPECT_FALSE(read_value(text).ok());
}

}  // namespace
}  // namespace stagger::history
