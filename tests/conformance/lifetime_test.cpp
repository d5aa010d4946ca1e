// SPDX-License-Identifier: Apache-2.0
//
// From create to destroy: contracts, reset between executions, sized values, deaths, residue.
#include <dirent.h>
#include <mqueue.h>

#include <fstream>

#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Lifetime = Backends;
using Death = Backends;

// One of every type, none of them at its neutral value where it can be otherwise.
std::vector<ObjectDefinition> one_of_each() {
    return {{.type = STAGGER_REGISTER, .initial = 100},
            {.type = STAGGER_LIST, .initial = Value::List{1, "two"}},
            {.type = STAGGER_MAP, .initial = Value::Map{{"a", 1}}},
            {.type = STAGGER_QUEUE, .initial = Value::List{1}, .capacity = 2},
            {.type = STAGGER_MUTEX},
            {.type = STAGGER_SEMAPHORE, .initial = 1},
            {.type = STAGGER_EVENT},
            {.type = STAGGER_CONDITION},
            {.type = STAGGER_BARRIER, .capacity = 2},
            {.type = STAGGER_REGISTER, .initial = "a text that is longer than a small one"}};
}

std::vector<Outcome> use_everything(Case& run) {
    const std::string text(5000, 'z');
    const std::vector<Request> requests = {
        {},
        {.operation = STAGGER_STORE, .value = text},
        {.operation = STAGGER_APPEND, .object = 1, .value = text},
        {.operation = STAGGER_POP, .object = 1},
        {.operation = STAGGER_APPEND, .object = 1, .value = 3},
        {.operation = STAGGER_READ, .object = 1},
        {.operation = STAGGER_SET, .object = 2, .value = text, .key = "b"},
        {.operation = STAGGER_APPEND, .object = 2, .value = 1, .key = "c"},
        {.operation = STAGGER_ERASE, .object = 2, .key = "a"},
        {.operation = STAGGER_PUT, .object = 3, .value = text},
        {.operation = STAGGER_PUT, .object = 3, .value = 1, .timeout = 0},
        {.operation = STAGGER_TAKE, .object = 3},
        {.operation = STAGGER_CLOSE, .object = 3},
        {.operation = STAGGER_LOCK, .object = 4},  // and never unlocked
        {.operation = STAGGER_ACQUIRE, .object = 5},
        {.operation = STAGGER_EVENT_SET, .object = 6},
        {.operation = STAGGER_WAIT, .object = 7, .with = 4, .timeout = 0},
        {.operation = STAGGER_ARRIVE, .object = 8, .timeout = 0},
        {.operation = STAGGER_SWAP, .object = 9, .value = text},
    };
    std::vector<Outcome> outcomes;
    for (const Request& request : requests) outcomes.push_back(run.call(0, request));
    for (std::uint32_t object = 0; object < 10; ++object)
        outcomes.push_back(run.call(0, {.operation = STAGGER_SNAPSHOT, .object = object}));
    return outcomes;
}

TEST_P(Lifetime, AfterResetEverythingIsAsWhenFresh) {
    Case run(GetParam(), one_of_each(), {.processes = 2, .threads = 2});
    const std::vector<Outcome> fresh = use_everything(run);
    for (int execution = 0; execution < 3; ++execution) {
        run.reset();
        const std::vector<Outcome> again = use_everything(run);
        ASSERT_EQ(again.size(), fresh.size());
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            EXPECT_EQ(again[i].status, fresh[i].status) << "call " << i;
            EXPECT_EQ(again[i].value, fresh[i].value) << "call " << i;
            EXPECT_EQ(again[i].failure, fresh[i].failure) << "call " << i;
        }
    }
}

TEST_P(Lifetime, AResetMutexIsFreeForEveryTask) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}, {.type = STAGGER_MUTEX}},
             {.processes = 2, .threads = 2});
    for (std::uint32_t round = 0; round < 8; ++round) {
        // Another task each time leaves both locked, in another order.
        const std::uint32_t task = round % 4;
        EXPECT_EQ(run.call(task, {.operation = STAGGER_LOCK, .object = round % 2}).status,
                  STAGGER_OK);
        EXPECT_EQ(run.call(task, {.operation = STAGGER_LOCK, .object = 1 - round % 2}).status,
                  STAGGER_OK);
        run.reset();
    }
}

TEST_P(Lifetime, ValuesOfAFixedSizeComeBackWhole) {
    Case run(GetParam(), {{.initial = 1, .value_size = 512},
                          {.type = STAGGER_LIST, .initial = Value::List{1, 2}, .value_size = 512},
                          {.type = STAGGER_MAP, .initial = Value::Map{{"a", 1}}, .value_size = 512},
                          {.type = STAGGER_QUEUE, .initial = Value::List{1}, .value_size = 16}});
    EXPECT_EQ(run.call(0, {}).value, Value(1));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ, .object = 1}).value,
              Value(Value::List{1, 2}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .object = 2, .key = "a"}).value, Value(1));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE, .object = 3}).value, Value(1));
    for (const Value& value : sample_values()) {
        EXPECT_EQ(run.call(0, {.operation = STAGGER_STORE, .value = value}).status, STAGGER_OK);
        EXPECT_EQ(run.call(0, {}).value, value);
        run.call(0, {.operation = STAGGER_APPEND, .object = 1, .value = value});
        EXPECT_EQ(run.call(0, {.operation = STAGGER_POP, .object = 1}).value, value);
        run.call(0, {.operation = STAGGER_SET, .object = 2, .value = value, .key = "k"});
        EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .object = 2, .key = "k"}).value, value);
        run.call(0, {.operation = STAGGER_PUT, .object = 3, .value = value});
        EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE, .object = 3}).value, value);
    }
    EXPECT_EQ(run.call(0, {.operation = STAGGER_STORE, .value = 1}).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_CAS, .value = 5, .expected = 1}).value,
              Value(true));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = 5}).value, Value(5));
    EXPECT_EQ(run.call(0, {}).value, Value(10));
}

TEST_P(Death, TheOthersGoOnAfterAProcessHasDied) {
    Case run(GetParam(), {{.initial = 1}, {.type = STAGGER_QUEUE}}, {.processes = 3});
    run.call(2, {.operation = STAGGER_ADD, .value = 1});
    run.kill(2);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = 1}).value, Value(2));
    run.start(1, {.operation = STAGGER_TAKE, .object = 1});
    run.call(0, {.operation = STAGGER_PUT, .object = 1, .value = 3});
    EXPECT_EQ(run.finish(1).value, Value(3));
}

TEST_P(Death, AMutexWhoseOwnerDiedIsHandedOnIfTheContractSaysSo) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}}, {.processes = 2});
    const Request lock = {.operation = STAGGER_LOCK, .timeout = 0.05};
    run.call(1, lock);
    run.kill(1);
    if (run.contract().robust != 0) {
        EXPECT_EQ(run.call(0, lock).status, STAGGER_OWNER_DEAD);
        EXPECT_EQ(run.call(0, {.operation = STAGGER_UNLOCK}).status, STAGGER_OK);
        EXPECT_EQ(run.call(0, lock).status, STAGGER_OK);
    } else {
        EXPECT_EQ(run.call(0, lock).status, STAGGER_TIMEOUT);
    }
}

// Names in a directory that carry a case's prefix.
std::vector<std::string> files_of(const std::string& directory, const std::string& prefix) {
    std::vector<std::string> found;
    DIR* open = opendir(directory.c_str());
    if (open == nullptr) return found;
    while (const dirent* entry = readdir(open))
        if (std::string(entry->d_name).find(prefix) != std::string::npos)
            found.push_back(entry->d_name);
    closedir(open);
    return found;
}

void expect_nothing_left(Case& run, std::uint32_t tasks) {
    EXPECT_EQ(run.end(), std::vector<std::string>());
    EXPECT_EQ(files_of("/dev/shm", run.prefix()), std::vector<std::string>());
    EXPECT_EQ(files_of("/tmp", run.prefix()), std::vector<std::string>());
    for (std::uint32_t i = 0; i <= 2 * tasks; ++i)
        EXPECT_EQ(mq_unlink(("/" + run.prefix() + "q" + std::to_string(i)).c_str()), -1);
    std::ifstream sockets("/proc/net/unix");
    for (std::string line; std::getline(sockets, line);)
        EXPECT_EQ(line.find(run.prefix()), std::string::npos) << line;
}

TEST_P(Lifetime, NothingIsLeftAfterTheEnd) {
    Case run(GetParam(), one_of_each(), {.processes = 2, .threads = 2});
    use_everything(run);
    expect_nothing_left(run, 4);
}

TEST_P(Lifetime, NothingIsLeftWhenTheProcessesWereKilled) {
    Case run(GetParam(), one_of_each(), {.processes = 2});
    run.call(0, {.operation = STAGGER_LOCK, .object = 4});
    run.start(0, {.operation = STAGGER_ARRIVE, .object = 8});
    run.kill(0);
    run.kill(1);
    expect_nothing_left(run, 2);
}

TEST_P(Lifetime, TwoCasesAtOnceDoNotMeet) {
    Case one(GetParam(), {{.initial = 1}, {.type = STAGGER_QUEUE}});
    Case two(GetParam(), {{.initial = 1}, {.type = STAGGER_QUEUE}});
    one.call(0, {.operation = STAGGER_STORE, .value = 2});
    one.call(0, {.operation = STAGGER_PUT, .object = 1, .value = 2});
    EXPECT_EQ(two.call(0, {}).value, Value(1));
    EXPECT_EQ(two.call(0, {.operation = STAGGER_TAKE, .object = 1, .timeout = 0}).status,
              STAGGER_EMPTY);
}

STAGGER_ON_VARIANTS(Lifetime, offers_all);
STAGGER_ON_VARIANTS(Death, offers_all, shares);

}  // namespace
}  // namespace stagger::conformance
