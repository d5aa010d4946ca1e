// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

// What a look at the clock is for: a point inside of a critical section.
void step() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
}

// Two tasks go in and out once; "1122" and "2211" if they keep each other out.
template <typename Lock, typename Unlock>
std::vector<std::string> orders_of_sections(
    Lock lock, Unlock unlock, const std::function<void()>& prepare = [] {}) {
    const auto task = [=](int mark) {
        return [=](Board& board) {
            auto held = lock();
            board.note(mark);
            step();
            step();
            board.note(mark);
            unlock(held);
        };
    };
    return orders_of({task(1), task(2)}, 60, prepare);
}

const std::vector<std::string> kApart{"1122", "2211"};
const std::vector<std::string> kMixed{"1122", "1212", "1221", "2112", "2121", "2211"};

class LockFile {
public:
    LockFile() {
        std::snprintf(path_, sizeof(path_), "/tmp/stagger-unit-XXXXXX");
        close(mkstemp(path_));
    }
    ~LockFile() { unlink(path_); }
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

    int opened() const { return open(path_, O_RDWR); }

private:
    char path_[64];
};

TEST(Locks, WithoutOneSectionsMix) {
    EXPECT_EQ(orders_of_sections([] { return 0; }, [](int) {}), kMixed);
}

TEST(Locks, FlockExcludes) {
    LockFile file;
    EXPECT_EQ(orders_of_sections(
                  [&] {
                      const int held = file.opened();
                      flock(held, LOCK_EX);
                      return held;
                  },
                  [](int held) { flock(held, LOCK_UN); }),
              kApart);
}

TEST(Locks, ClosingDropsAFlock) {
    LockFile file;
    EXPECT_EQ(orders_of_sections(
                  [&] {
                      const int held = file.opened();
                      flock(held, LOCK_EX);
                      return held;
                  },
                  [](int held) { close(held); }),
              kApart);
}

TEST(Locks, FcntlExcludes) {
    LockFile file;
    const auto change = [](int held, short type) {
        struct flock lock {};
        lock.l_type = type;
        lock.l_whence = SEEK_SET;
        return fcntl(held, F_SETLKW, &lock);
    };
    EXPECT_EQ(orders_of_sections(
                  [&] {
                      const int held = file.opened();
                      change(held, F_WRLCK);
                      return held;
                  },
                  [&](int held) { change(held, F_UNLCK); }),
              kApart);
}

TEST(Locks, LockfExcludes) {
    LockFile file;
    EXPECT_EQ(orders_of_sections(
                  [&] {
                      const int held = file.opened();
                      EXPECT_EQ(lockf(held, F_LOCK, 0), 0);
                      return held;
                  },
                  [](int held) { EXPECT_EQ(lockf(held, F_ULOCK, 0), 0); }),
              kApart);
}

TEST(Locks, ATryThatWouldWaitSaysSo) {
    LockFile file;
    const Outcome outcome = run_controlled({[&](Board& board) {
        const int mine = file.opened();
        const int other = file.opened();
        board.values[0] = flock(mine, LOCK_EX);
        board.values[1] = flock(other, LOCK_EX | LOCK_NB);
        board.values[2] = errno;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[1], -1);
    EXPECT_EQ(outcome.values[2], EWOULDBLOCK);
}

TEST(Locks, CrossedLocksAreADeadlock) {
    LockFile first, second;
    const auto task = [](const LockFile& one, const LockFile& other) {
        return [&](Board&) {
            const int a = one.opened(), b = other.opened();
            flock(a, LOCK_EX);
            flock(b, LOCK_EX);
            close(a);
            close(b);
        };
    };
    EXPECT_EQ(orders_of({task(first, second), task(second, first)}, 40),
              (std::vector<std::string>{"", "not completed"}));
    EXPECT_EQ(orders_of({task(first, second), task(first, second)}, 40),
              (std::vector<std::string>{""}));
}

struct Rwlock {
    pthread_rwlock_t lock;
    pthread_spinlock_t spin;
    pthread_barrier_t barrier;
};

void set_up(Rwlock& shared) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&shared.lock, &attributes);
    pthread_spin_init(&shared.spin, PTHREAD_PROCESS_SHARED);
    pthread_barrierattr_t shared_barrier;
    pthread_barrierattr_init(&shared_barrier);
    pthread_barrierattr_setpshared(&shared_barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared.barrier, &shared_barrier, 3);
}

TEST(Locks, WritersExcludeAndReadersDoNot) {
    InSharedMemory<Rwlock> shared;
    const auto unlock = [&](int) { pthread_rwlock_unlock(&shared->lock); };
    EXPECT_EQ(orders_of_sections([&] { return pthread_rwlock_wrlock(&shared->lock); }, unlock,
                                 shared.made(set_up)),
              kApart);
    const auto readers = orders_of_sections([&] { return pthread_rwlock_rdlock(&shared->lock); },
                                            unlock, shared.made(set_up));
    EXPECT_GT(readers.size(), 2u);
}

void set_up_preferring_writers(Rwlock& shared) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&shared.lock, &attributes);
}

// One reads, and reads again while it does; another comes to write.
std::vector<Body> reads_twice_while_another_writes(InSharedMemory<Rwlock>& shared) {
    return {[&](Board&) {
                pthread_rwlock_rdlock(&shared->lock);
                pthread_rwlock_rdlock(&shared->lock);
                pthread_rwlock_unlock(&shared->lock);
                pthread_rwlock_unlock(&shared->lock);
            },
            [&](Board&) {
                pthread_rwlock_wrlock(&shared->lock);
                pthread_rwlock_unlock(&shared->lock);
            }};
}

TEST(Locks, AWaitingWriterKeepsReadersOutWhereWritersArePreferred) {
    InSharedMemory<Rwlock> shared;
    EXPECT_EQ(orders_of(reads_twice_while_another_writes(shared), 30,
                        shared.made(set_up_preferring_writers)),
              (std::vector<std::string>{"", "not completed"}));
}

TEST(Locks, AWaitingWriterKeepsNobodyOutOtherwise) {
    InSharedMemory<Rwlock> shared;
    EXPECT_EQ(orders_of(reads_twice_while_another_writes(shared), 30, shared.made(set_up)),
              std::vector<std::string>{""});
}

TEST(Locks, AWriterThatGivesUpLetsReadersIn) {
    InSharedMemory<Rwlock> shared;
    const Body gives_up = [&](Board& board) {
        timespec soon{};
        clock_gettime(CLOCK_REALTIME, &soon);
        soon.tv_sec += 5;
        board.values[0] = pthread_rwlock_timedwrlock(&shared->lock, &soon);
    };
    const Body reads_again = [&](Board& board) {
        const timespec moment{1, 0};
        pthread_rwlock_rdlock(&shared->lock);
        nanosleep(&moment, nullptr);  // the writer waits by now
        board.values[1] = pthread_rwlock_tryrdlock(&shared->lock);
        board.values[2] = pthread_rwlock_rdlock(&shared->lock);
    };
    const Outcome outcome =
        run_controlled({reads_again, gives_up}, {}, shared.made(set_up_preferring_writers));
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], ETIMEDOUT);
    EXPECT_EQ(outcome.values[1], EBUSY);
    EXPECT_EQ(outcome.values[2], 0);
}

TEST(Locks, AWriterThatLocksAgainIsTold) {
    InSharedMemory<Rwlock> shared;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           board.values[0] = pthread_rwlock_wrlock(&shared->lock);
                           board.values[1] = pthread_rwlock_rdlock(&shared->lock);
                           board.values[2] = pthread_rwlock_wrlock(&shared->lock);
                           board.values[3] = pthread_rwlock_trywrlock(&shared->lock);
                       }},
                       {}, shared.made(set_up));
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[1], EDEADLK);
    EXPECT_EQ(outcome.values[2], EDEADLK);
    EXPECT_EQ(outcome.values[3], EBUSY);
}

TEST(Locks, AWaitForARwlockEndsInVirtualTime) {
    InSharedMemory<Rwlock> shared;
    const Outcome outcome =
        run_controlled({[&](Board&) { pthread_rwlock_rdlock(&shared->lock); },
                        [&](Board& board) {
                            timespec later{};
                            clock_gettime(CLOCK_REALTIME, &later);
                            later.tv_sec += 1000;
                            board.values[0] = pthread_rwlock_timedwrlock(&shared->lock, &later);
                        }},
                       {}, shared.made(set_up));
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], ETIMEDOUT);
}

TEST(Locks, SpinLocksExclude) {
    InSharedMemory<Rwlock> shared;
    EXPECT_EQ(
        orders_of_sections([&] { return pthread_spin_lock(&shared->spin); },
                           [&](int) { pthread_spin_unlock(&shared->spin); }, shared.made(set_up)),
        kApart);
}

TEST(Barriers, NobodyPassesBeforeAllAreThere) {
    InSharedMemory<Rwlock> shared;
    const Body party = [&](Board& board) {
        for (int round = 0; round < 3; ++round) {
            board.note(round);
            const int told = pthread_barrier_wait(&shared->barrier);
            if (told == PTHREAD_BARRIER_SERIAL_THREAD) ++board.values[0];
        }
        const bool last = ++board.values[1] == 3;
        if (last && board.values[0] != 3) board.note(9);
    };
    EXPECT_EQ(orders_of({party, party, party}, 30, shared.made(set_up)),
              (std::vector<std::string>{"000111222"}));
}

TEST(Barriers, AMissingPartyIsADeadlock) {
    InSharedMemory<Rwlock> shared;
    const Body party = [&](Board&) { pthread_barrier_wait(&shared->barrier); };
    EXPECT_EQ(run_controlled({party, party}, {}, shared.made(set_up)).ending, Ending::Deadlock);
}

int lock_record(int file, off_t start) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = start;
    lock.l_len = 1;
    return fcntl(file, F_SETLKW, &lock);
}

// Each locks one byte, meets the others at `met`, and then wants the next one's.
Body in_a_ring(const LockFile& file, int index, int count) {
    return [&file, index, count](Board& board) {
        const int held = file.opened();
        lock_record(held, index);
        while (board.count < index) step();
        board.note(index);
        while (board.count < count) step();
        board.values[index] = lock_record(held, (index + 1) % count) == 0 ? 0 : errno;
        close(held);
    };
}

TEST(Locks, ARingOfRecordLocksIsRefusedToOneOfThemAsTheKernelDoes) {
    for (const int count : {2, 3}) {
        LockFile file;
        std::vector<Body> ring;
        for (int i = 0; i < count; ++i) ring.push_back(in_a_ring(file, i, count));
        const Outcome outcome = run_controlled(ring);
        EXPECT_EQ(outcome.ending, Ending::Completed);
        const auto first = outcome.values.begin();
        EXPECT_EQ(std::count(first, first + count, EDEADLK), 1);
        EXPECT_EQ(std::count(first, first + count, 0), count - 1);
    }
}

TEST(Locks, WhoWaitsForARecordLockOutsideOfARingGetsIt) {
    LockFile file;
    const auto task = [&file](int index) {
        return [&file, index](Board& board) {
            const int held = file.opened();
            board.values[index] = lock_record(held, 0);
            step();
            board.values[index] += lock_record(held, 1);
            close(held);
        };
    };
    const Outcome outcome = run_controlled({task(0), task(1), task(2)});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0] + outcome.values[1] + outcome.values[2], 0);
}

}  // namespace
}  // namespace stagger::agent
