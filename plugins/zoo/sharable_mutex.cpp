// SPDX-License-Identifier: Apache-2.0
//
// A read-write lock in shared memory: a count of readers, a mark of a writer, a mutex that protects
// the two, and a condition for who waits. Who is killed while it reads or writes is counted for
// ever, and nobody else gets in, not even in a program that starts again.
//
// Reported in https://github.com/boostorg/interprocess/issues/74 and .../issues/65 . Fixed by locks
// that the kernel knows and drops at a death: record locks of an open file, shared and exclusive.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "plugins/zoo/local.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Kind : std::uint8_t { Counted, Record };

struct State {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    std::uint32_t readers, writer;
};

void create(State& state) {
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&state.mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&state.changed, &condition);
}

void refuse_times(plugin::Deadline deadline) {
    if (!deadline.never()) throw plugin::Failure("these locks know no time-outs");
}

class CountedLock : public plugin::RwLock {
public:
    explicit CountedLock(State& state) : state_(state) {}

    stagger_status lock(plugin::Deadline deadline) override {
        refuse_times(deadline);
        pthread_mutex_lock(&state_.mutex);
        while (state_.writer != 0 || state_.readers != 0) sleep();
        state_.writer = 1;
        pthread_mutex_unlock(&state_.mutex);
        return STAGGER_OK;
    }
    stagger_status lock_shared(plugin::Deadline deadline) override {
        refuse_times(deadline);
        pthread_mutex_lock(&state_.mutex);
        while (state_.writer != 0) sleep();
        ++state_.readers;
        pthread_mutex_unlock(&state_.mutex);
        return STAGGER_OK;
    }
    void unlock() override { leave(state_.writer); }
    void unlock_shared() override { leave(state_.readers); }

private:
    void sleep() { pthread_cond_wait(&state_.changed, &state_.mutex); }

    void leave(std::uint32_t& count) {
        pthread_mutex_lock(&state_.mutex);
        --count;
        pthread_cond_broadcast(&state_.changed);
        pthread_mutex_unlock(&state_.mutex);
    }

    State& state_;
};

int opened(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file == -1) plugin::fail_system("open of " + path, errno);
    return file;
}

class RecordLock : public plugin::RwLock, public zoo::Local {
public:
    explicit RecordLock(const std::string& path) : file_(opened(path)) {}
    ~RecordLock() override { close(file_); }

    stagger_status lock(plugin::Deadline deadline) override { return change(F_WRLCK, deadline); }
    stagger_status lock_shared(plugin::Deadline deadline) override {
        return change(F_RDLCK, deadline);
    }
    void unlock() override { change(F_UNLCK, plugin::Deadline::after(-1)); }
    void unlock_shared() override { unlock(); }
    void reset() override { unlock(); }

private:
    stagger_status change(short type, plugin::Deadline deadline) const {
        refuse_times(deadline);
        struct flock record {};
        record.l_type = type;
        record.l_whence = SEEK_SET;
        while (fcntl(file_, F_OFD_SETLKW, &record) != 0)
            if (errno != EINTR) plugin::fail_system("fcntl", errno);
        return STAGGER_OK;
    }

    const int file_;
};

constexpr std::size_t kMostLocks = 8;

struct States {
    State state[kMostLocks];
};

constexpr stagger_option kOptions[] = {
    {"kind", "counted|record", "counted",
     "whether who is in is counted in memory or by the kernel"},
    {nullptr, nullptr, nullptr, nullptr},
};

class SharableMutexes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_sharable_mutex", "read-write locks that count, or the kernel's", {}, kOptions};
        about.operations[STAGGER_RWLOCK] = plugin::kAllOperations[STAGGER_RWLOCK];
        return about;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i) {
            const std::string path = config.path("sharable") + std::to_string(i);
            if (access(path.c_str(), F_OK) == 0) found(path);
        }
    }

    explicit SharableMutexes(const plugin::Config& config)
        : kind_(config.choose<Kind>("kind", {"counted", "record"})),
          path_(config.path("sharable")),
          count_(config.objects().size()) {
        if (count_ > kMostLocks) throw plugin::Failure("there are at most 8 locks");
        for (std::size_t i = 0; i < count_; ++i) close(opened(path_ + std::to_string(i)));
        SharableMutexes::reset_shared();
    }
    ~SharableMutexes() override {
        for (std::size_t i = 0; i < count_; ++i) unlink((path_ + std::to_string(i)).c_str());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects locks;
        for (std::size_t i = 0; i < count_; ++i) {
            if (kind_ == Kind::Counted)
                locks.push_back(std::make_unique<CountedLock>(states_->state[i]));
            else
                locks.push_back(std::make_unique<RecordLock>(path_ + std::to_string(i)));
        }
        return std::make_unique<zoo::LocalPeer>(std::move(locks));
    }

    void reset_shared() override {
        states_.clear();
        for (std::size_t i = 0; i < count_; ++i) create(states_->state[i]);
    }

private:
    const Kind kind_;
    const std::string path_;
    const std::size_t count_;
    zoo::Shared<States> states_;
};

}  // namespace

STAGGER_BACKEND(SharableMutexes)
