// SPDX-License-Identifier: Apache-2.0
//
// A mutex that is a System V semaphore, made by whoever comes first. semget() makes it with a count
// of 0, and semctl(SETVAL) gives it its value in a second step. Where everyone who comes does both,
// a late SETVAL puts the count of a semaphore that is held back to 1. And where the last to let go
// removes it, somebody who has just looked it up waits for what is gone.
//
// Reported in https://github.com/celonis/homcc/pull/83 ,
// https://github.com/systemd/systemd/pull/9551 and https://github.com/mentos-team/MentOS/pull/261 .
// Fixed by IPC_EXCL: one makes it and gives it its value by semop(), which sets sem_otime, and all
// others wait until that is set; and by leaving the removal to one who knows that nobody uses it:
// here the owner of the whole case.
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

enum class First : std::uint8_t { Everyone, Exclusive };
enum class Remove : std::uint8_t { LastUser, Owner };

struct Ways {
    First first;
    Remove remove;
};

union Argument {
    int value;
    semid_ds* status;
};

int set_value(int set, int value) {
    Argument argument{};
    argument.value = value;
    return semctl(set, 0, SETVAL, argument);
}

bool was_operated_on(int set) {
    semid_ds status{};
    Argument argument{};
    argument.status = &status;
    return semctl(set, 0, IPC_STAT, argument) == 0 && status.sem_otime != 0;
}

int change(int set, short by, plugin::Deadline deadline) {
    sembuf operation{0, by, static_cast<short>(deadline.immediate() ? IPC_NOWAIT : 0)};
    int result = semop(set, &operation, 1);
    while (result == -1 && errno == EINTR) result = semop(set, &operation, 1);
    return result;
}

class KeyedMutex : public plugin::Mutex {
public:
    KeyedMutex(key_t key, Ways ways) : key_(key), ways_(ways) {}

    stagger_status lock(plugin::Deadline deadline) override {
        if (!deadline.never() && !deadline.immediate())
            throw plugin::Failure("this lock knows no time-out but 0");
        const int set = found_or_made();
        if (change(set, -1, deadline) == 0) return STAGGER_OK;
        if (errno == EAGAIN) return STAGGER_TIMEOUT;
        plugin::fail_system("semop", errno);
    }

    void unlock() override {
        const int set = semget(key_, 1, 0);
        if (change(set, 1, plugin::Deadline::after(-1)) == -1) plugin::fail_system("semop", errno);
        const bool is_last = ways_.remove == Remove::LastUser && semctl(set, 0, GETNCNT) == 0;
        if (is_last) semctl(set, 0, IPC_RMID);
    }

private:
    int found_or_made() const {
        const int exclusive = ways_.first == First::Exclusive ? IPC_EXCL : 0;
        const int set = semget(key_, 1, IPC_CREAT | exclusive | 0600);
        if (exclusive == 0) {
            set_value(set, 1);
            return set;
        }
        if (set != -1) {
            change(set, 1, plugin::Deadline::after(-1));
            return set;
        }
        const int found = semget(key_, 1, 0);
        while (!was_operated_on(found)) usleep(1000);
        return found;
    }

    const key_t key_;
    const Ways ways_;
};

constexpr stagger_option kOptions[] = {
    {"first", "everyone|exclusive", "everyone", "who gives the semaphore its first value"},
    {"remove", "last-user|owner", "owner", "who removes the semaphore"},
    {nullptr, nullptr, nullptr, nullptr},
};

// Keys are numbers that all programs share; the name of the case makes one that is likely free.
key_t key_of(const plugin::Config& config, std::size_t object) {
    std::uint32_t hash = 2166136261U;
    for (const char letter : config.prefix() + std::to_string(object))
        hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
    return static_cast<key_t>(hash | 1U);
}

class KeyedMutexes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_sysv_semaphore", "mutexes as System V semaphores", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::kAllOperations[STAGGER_MUTEX];
        return about;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            if (semget(key_of(config, i), 1, 0) != -1)
                found("the System V semaphore with key " + std::to_string(key_of(config, i)));
    }

    explicit KeyedMutexes(const plugin::Config& config)
        : ways_{config.choose<First>("first", {"everyone", "exclusive"}),
                config.choose<Remove>("remove", {"last-user", "owner"})} {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            keys_.push_back(key_of(config, i));
    }
    ~KeyedMutexes() override { KeyedMutexes::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const key_t key : keys_) objects.push_back(std::make_unique<KeyedMutex>(key, ways_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (const key_t key : keys_) {
            const int set = semget(key, 1, 0);
            if (set != -1) semctl(set, 0, IPC_RMID);
        }
    }

private:
    const Ways ways_;
    std::vector<key_t> keys_;
};

}  // namespace

STAGGER_BACKEND(KeyedMutexes)
