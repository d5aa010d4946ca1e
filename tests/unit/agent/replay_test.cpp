// SPDX-License-Identifier: Apache-2.0
//
// A random schedule replays from its log: same order, same points, nothing that does not fit.
#include <gtest/gtest.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Decision;
using control::Ending;

Course replay_of(const Outcome& outcome) {
    Course course;
    course.strategy = control::StrategyKind::Replay;
    for (const Decision& decision : outcome.log) {
        if (decision.task == control::kNobody) {
            course.start = decision.target;
        } else {
            course.replay.push_back(decision);
        }
    }
    std::stable_sort(course.replay.begin(), course.replay.end(),
                     [](const Decision& a, const Decision& b) { return a.task < b.task; });
    return course;
}

void expect_replays(const std::vector<Body>& bodies, const std::function<void()>& prepare) {
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
        Course course;
        course.strategy = control::StrategyKind::Random;
        course.seed = seed;
        const Outcome first = run_controlled(bodies, course, prepare);
        const Outcome again = run_controlled(bodies, replay_of(first), prepare);
        EXPECT_EQ(again.ending, first.ending) << "seed " << seed;
        EXPECT_EQ(again.order, first.order) << "seed " << seed;
        EXPECT_EQ(again.values, first.values) << "seed " << seed;
        EXPECT_EQ(again.points, first.points) << "seed " << seed;
        EXPECT_EQ(again.clock, first.clock) << "seed " << seed;
        EXPECT_EQ(again.misfits, 0u) << "seed " << seed;
    }
}

TEST(Replay, PipesAndPolls) {
    int a[2], b[2];
    const auto writer = [&](const int(&ends)[2], int mark) {
        return [&ends, mark](Board& board) {
            for (int i = 0; i < 4; ++i) {
                const char byte = static_cast<char>(mark);
                board.values[mark] += write(ends[1], &byte, 1);
                board.note(mark);
            }
        };
    };
    const Body reader = [&](Board& board) {
        for (int i = 0; i < 8;) {
            pollfd entries[2] = {{a[0], POLLIN, 0}, {b[0], POLLIN, 0}};
            board.values[0] += poll(entries, 2, 5);
            for (const pollfd& entry : entries) {
                char byte = 0;
                if (entry.revents == 0 || read(entry.fd, &byte, 1) != 1) continue;
                board.note(byte + 2);
                ++i;
            }
        }
    };
    const auto prepare = [&] { ASSERT_EQ(pipe(a) + pipe(b), 0); };
    const auto all = [&] {
        for (const int end : {a[0], a[1], b[0], b[1]}) close(end);
    };
    expect_replays({writer(a, 1), writer(b, 2), reader}, prepare);
    all();
}

TEST(Replay, ThreadsMutexesAndConditions) {
    struct Shared {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
        int turns = 0;
        Board* board = nullptr;
    };
    const Body body = [](Board& board) {
        Shared shared;
        shared.board = &board;
        const auto run = [](void* argument) -> void* {
            auto& mine = *static_cast<Shared*>(argument);
            for (int i = 0; i < 3; ++i) {
                pthread_mutex_lock(&mine.mutex);
                mine.board->note(++mine.turns % 10);
                pthread_cond_signal(&mine.condition);
                pthread_mutex_unlock(&mine.mutex);
            }
            return nullptr;
        };
        pthread_t threads[3];
        for (pthread_t& thread : threads) pthread_create(&thread, nullptr, run, &shared);
        pthread_mutex_lock(&shared.mutex);
        while (shared.turns < 5) pthread_cond_wait(&shared.condition, &shared.mutex);
        board.note(shared.turns);
        pthread_mutex_unlock(&shared.mutex);
        for (const pthread_t thread : threads) pthread_join(thread, nullptr);
    };
    expect_replays({body, body}, [] {});
}

TEST(Replay, RandomBytesAreTheSame) {
    const Body body = [](Board& board) {
        const long mine = board.count++;
        if (getrandom(&board.values[2 * mine], 8, 0) != 8) return;
        if (getrandom(&board.values[2 * mine + 1], 8, 0) != 8) return;
    };
    expect_replays({body, body}, [] {});
    const Outcome outcome = run_controlled({body, body});
    std::vector<long> drawn(outcome.values.begin(), outcome.values.begin() + 4);
    std::sort(drawn.begin(), drawn.end());
    EXPECT_EQ(std::unique(drawn.begin(), drawn.end()), drawn.end());
}

}  // namespace
}  // namespace stagger::agent
