// SPDX-License-Identifier: Apache-2.0
//
// Streams whose writes may be mixed, against a stream as simple as it can be written down: at each
// moment, bytes of the writes under way go in and reads under way take from the front. Tries all
// that can happen; shares no code with `check`.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "harness/check/check.hpp"
#include "harness/history/text.hpp"

namespace stagger {
namespace {

using history::Call;
using history::History;
using history::kNone;

constexpr std::uint64_t kAtomic = 2;
constexpr unsigned kWriters = 3;

unsigned draw(std::mt19937& random, unsigned limit) {
    return static_cast<unsigned>(random() % limit);
}

// What is in the stream, and how much of each call has happened.
struct Moment {
    std::uint32_t position = 0;
    std::string content;
    std::vector<std::size_t> done;  // by call: bytes that went in, or 1 once a read took its own
    auto operator<=>(const Moment&) const = default;
};

class Stream {
public:
    explicit Stream(const History& history) : history_(history) {}

    bool could_have_happened() {
        std::vector<Moment> open{{0, "", std::vector<std::size_t>(history_.calls.size())}};
        while (!open.empty()) {
            Moment now = std::move(open.back());
            open.pop_back();
            if (now.position == end()) return true;
            if (!seen_.insert(now).second) continue;
            for (std::size_t i = 0; i < history_.calls.size(); ++i)
                if (Moment next = now; take_effect(next, i)) open.push_back(std::move(next));
            if (Moment next = now; let_time_pass(next)) open.push_back(std::move(next));
        }
        return false;
    }

private:
    std::uint32_t end() const {
        std::uint32_t last = 0;
        for (const Call& call : history_.calls)
            last = std::max({last, call.invoked, call.responded == kNone ? 0 : call.responded});
        return last + 1;
    }

    bool take_effect(Moment& now, std::size_t index) const {
        const Call& call = history_.calls[index];
        if (call.invoked > now.position || call.responded < now.position) return false;
        std::size_t& done = now.done[index];
        if (call.operation == Operation::StreamWrite) {
            const std::string& bytes = *call.value.text();
            if (done == bytes.size()) return false;
            const bool at_once = bytes.size() <= kAtomic && call.responded != kNone;
            const std::size_t part = at_once ? bytes.size() : 1;
            now.content += bytes.substr(done, part);
            done += part;
            return true;
        }
        if (done == 1) return false;
        done = 1;
        const bool all = call.operation == Operation::Snapshot;
        if (call.status == ResultStatus::Empty) return now.content.empty();
        if (all) return now.content == *call.result.text();
        if (!now.content.starts_with(*call.result.text())) return false;
        now.content.erase(0, call.result.text()->size());
        return true;
    }

    // What returns now has happened.
    bool let_time_pass(Moment& now) const {
        for (std::size_t i = 0; i < history_.calls.size(); ++i) {
            const Call& call = history_.calls[i];
            if (call.responded != now.position) continue;
            const bool writes = call.operation == Operation::StreamWrite;
            if (now.done[i] != (writes ? call.value.text()->size() : 1)) return false;
        }
        ++now.position;
        return true;
    }

    const History& history_;
    std::set<Moment> seen_;
};

// Writers and readers do a few calls each, in random alternation.
class Generator {
public:
    explicit Generator(std::mt19937& random) : random_(random) {
        history::Object stream;
        stream.name = "s";
        stream.type = ObjectType::Stream;
        stream.contract.atomic_write = kAtomic;
        history_.objects.push_back(stream);
        for (unsigned i = 0; i < kWriters + 2; ++i) {
            history::Task task;
            task.name = "t[" + std::to_string(i) + "]";
            task.process = i;
            history_.tasks.push_back(task);
        }
        running_.resize(history_.tasks.size(), kNone);
    }

    History run() {
        for (unsigned round = 0; round < 40; ++round)
            step(draw(random_, static_cast<unsigned>(running_.size())));
        const bool leave_open = draw(random_, 3) == 0;
        for (std::uint32_t index : running_)
            if (index != kNone) finish(history_.calls[index], leave_open);
        if (draw(random_, 2) == 0) look();
        return std::move(history_);
    }

private:
    void step(std::uint32_t task) {
        std::uint32_t& running = running_[task];
        if (running == kNone) {
            if (history_.calls.size() < 6) invoke(task);
            return;
        }
        Call& call = history_.calls[running];
        const bool writes = call.operation == Operation::StreamWrite;
        if (writes && done_[running] < call.value.text()->size()) return write(running);
        if (!writes && done_[running] == 0) return read(running);
        call.responded = position_++;
        running = kNone;
    }

    void invoke(std::uint32_t task) {
        Call call;
        call.task = task;
        call.checked = true;
        call.operation = task < kWriters ? Operation::StreamWrite : Operation::StreamRead;
        if (task < kWriters) {
            std::string bytes;
            for (unsigned i = 1 + draw(random_, 4); i > 0; --i) bytes += "ab"[draw(random_, 2)];
            call.value = Value(bytes);
            call.result = static_cast<std::int64_t>(bytes.size());
        }
        call.invoked = position_++;
        running_[task] = static_cast<std::uint32_t>(history_.calls.size());
        history_.calls.push_back(std::move(call));
        done_.push_back(0);
    }

    void write(std::uint32_t index) {
        const std::string& bytes = *history_.calls[index].value.text();
        const std::size_t part = bytes.size() <= kAtomic ? bytes.size() : 1;
        content_ += bytes.substr(done_[index], part);
        done_[index] += part;
    }

    void read(std::uint32_t index) {
        Call& call = history_.calls[index];
        done_[index] = 1;
        if (content_.empty()) {
            call.status = ResultStatus::Empty;
            return;
        }
        const std::size_t size = 1 + draw(random_, static_cast<unsigned>(content_.size()));
        call.result = Value(content_.substr(0, size));
        content_.erase(0, size);
    }

    void finish(Call& call, bool leave_open) {
        const auto index = static_cast<std::uint32_t>(&call - history_.calls.data());
        const bool writes = call.operation == Operation::StreamWrite;
        if (writes && leave_open) return;
        while (writes && done_[index] < call.value.text()->size()) write(index);
        if (!writes && done_[index] == 0) read(index);
        call.responded = position_++;
    }

    void look() {
        Call call;
        call.task = kWriters;
        call.operation = Operation::Snapshot;
        call.result = Value(content_);
        call.invoked = position_++;
        call.responded = position_++;
        history_.calls.push_back(std::move(call));
    }

    std::mt19937& random_;
    History history_;
    std::vector<std::uint32_t> running_;  // by task: its call under way
    std::vector<std::size_t> done_;       // by call
    std::string content_;
    std::uint32_t position_ = 0;
};

// Another byte, one less, or two that change places, in what came out.
void disturb(History& history, std::mt19937& random) {
    Call& call = history.calls[draw(random, static_cast<unsigned>(history.calls.size()))];
    if (call.operation == Operation::StreamWrite || !call.result.text()) return;
    std::string bytes = *call.result.text();
    if (bytes.empty()) return;
    const std::size_t at = draw(random, static_cast<unsigned>(bytes.size()));
    const unsigned how = draw(random, 3);
    if (how == 0) bytes[at] = bytes[at] == 'a' ? 'b' : 'a';
    if (how == 1 && bytes.size() > 1) bytes.erase(at, 1);
    if (how == 2) std::swap(bytes.front(), bytes[at]);
    call.result = Value(bytes);
}

// Else no write may be mixed with another, which is for linearizability to judge.
bool may_be_mixed(const History& history) {
    std::set<std::uint32_t> writers;
    bool large = false;
    for (const Call& call : history.calls) {
        if (call.operation != Operation::StreamWrite) continue;
        writers.insert(call.task);
        large = large || call.value.text()->size() > kAtomic;
    }
    return large && writers.size() > 1;
}

check::Verdict judge(const History& history) {
    check::Limits limits;
    limits.time = std::chrono::minutes(10);  // however slow this machine is
    return check::judge(history, {}, {}, limits);
}

TEST(MixedStreams, AgreeWithTryingAllThatCanHappen) {
    std::mt19937 random(4);
    int judged = 0, rejected = 0;
    while (judged < 1500) {
        History history = Generator(random).run();
        if (!may_be_mixed(history)) continue;
        for (unsigned i = draw(random, 3); i > 0; --i) disturb(history, random);
        ++judged;
        const bool possible = Stream(history).could_have_happened();
        rejected += possible ? 0 : 1;
        const check::Verdict verdict = judge(history);
        ASSERT_TRUE(verdict.inconclusive.empty()) << verdict.inconclusive.front();
        ASSERT_EQ(verdict.violations.empty(), possible) << judged << "\n" << write_text(history);
    }
    // A comparison in which nothing is ever wrong proves little.
    EXPECT_GT(rejected, 100);
    EXPECT_LT(rejected, 1400);
}

// All overlap and look alike, and at last a byte comes out that nobody wrote.
History hopeless() {
    History history;
    history::Object stream;
    stream.name = "s";
    stream.type = ObjectType::Stream;
    stream.contract.atomic_write = 1;
    history.objects.push_back(stream);
    constexpr std::uint32_t kTasks = 6;
    for (std::uint32_t i = 0; i <= kTasks; ++i) {
        history::Task task;
        task.name = "t[" + std::to_string(i) + "]";
        history.tasks.push_back(task);
        Call call;
        call.task = i;
        const bool writes = i < kTasks;
        call.operation = writes ? Operation::StreamWrite : Operation::StreamRead;
        call.value = writes ? Value(std::string(40, 'a')) : Value();
        call.result = writes ? Value(40) : Value(std::string(40 * kTasks - 1, 'a') + "b");
        call.invoked = writes ? i : 2 * kTasks;
        call.responded = writes ? kTasks + i : 2 * kTasks + 1;
        history.calls.push_back(call);
    }
    return history;
}

TEST(MixedStreams, PastABoundAreInconclusiveAndNoVerdict) {
    check::Limits brief, small;
    brief.time = std::chrono::milliseconds(0);
    small.time = std::chrono::minutes(10);
    small.memory_bytes = std::size_t{1} << 20;
    for (const check::Limits& limits : {brief, small}) {
        const check::Verdict verdict = check::judge(hopeless(), {}, {}, limits);
        EXPECT_TRUE(verdict.violations.empty());
        ASSERT_EQ(verdict.inconclusive.size(), 1u);
        EXPECT_NE(verdict.inconclusive[0].find("The bytes of s"), std::string::npos)
            << verdict.inconclusive[0];
    }
}

}  // namespace
}  // namespace stagger
