// SPDX-License-Identifier: Apache-2.0
//
// A list in shared memory under a robust mutex. An owner that is killed leaves the list half
// changed: the count says that there is one more item, and the item is not there yet. The mutex
// tells its next owner (EOWNERDEAD), and what that does makes the difference. Letting go without
// pthread_mutex_consistent() makes the mutex useless for everybody for ever; calling it and going
// on as if nothing had happened takes half an item for an item; undoing what was begun is right.
//
// Reported in https://github.com/boostorg/interprocess/issues/187 (the mutex that is lost) and
// asked in https://github.com/eclipse-iceoryx/iceoryx/pull/330 (the data that are half written).
#include <pthread.h>

#include <stagger/lists.hpp>
#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class OwnerDead : std::uint8_t { Unlock, Consistent, Undo };

constexpr std::size_t kMostItems = 64;

struct Log {
    pthread_mutex_t mutex;
    std::uint64_t count;
    std::uint64_t committed;  // as `count` was when nobody was at work
    std::int64_t item[kMostItems];
};

void create(Log& log, std::string_view initial) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&log.mutex, &attributes);
    for (const std::string_view item : wire::items(initial))
        log.item[log.count++] = wire::decode_integer(item).value_or(0);
    log.committed = log.count;
}

class LogList : public plugin::List {
public:
    LogList(Log& log, OwnerDead owner_dead) : log_(log), owner_dead_(owner_dead) {}

    void append(std::string_view value) override {
        const auto number = wire::decode_integer(value);
        if (!number) throw plugin::Failure("this list holds whole numbers only");
        lock();
        const std::uint64_t last = log_.count;
        log_.count = last + 1;
        if (last < kMostItems) log_.item[last] = *number;
        log_.committed = last + 1;
        pthread_mutex_unlock(&log_.mutex);
    }

    std::string read() override {
        lock();
        std::string list = content(log_.count);
        pthread_mutex_unlock(&log_.mutex);
        return list;
    }

    // For the parent, when all others have ended; nobody may be left to undo what was begun.
    std::string snapshot() override {
        return content(owner_dead_ == OwnerDead::Undo ? log_.committed : log_.count);
    }

private:
    void lock() {
        const int result = pthread_mutex_lock(&log_.mutex);
        if (result == 0) return;
        if (result != EOWNERDEAD) plugin::fail_system("pthread_mutex_lock", result);
        if (owner_dead_ == OwnerDead::Unlock) {
            pthread_mutex_unlock(&log_.mutex);
            throw plugin::Failure("the owner of the lock died");
        }
        if (owner_dead_ == OwnerDead::Undo) log_.count = log_.committed;
        pthread_mutex_consistent(&log_.mutex);
    }

    std::string content(std::uint64_t count) const {
        std::string list = wire::encode_list(std::vector<std::string>());
        for (std::uint64_t i = 0; i < count; ++i)
            list = plugin::appended(list, wire::encode_integer(log_.item[i]));
        return list;
    }

    Log& log_;
    const OwnerDead owner_dead_;
};

constexpr std::size_t kMostLogs = 4;

struct AllLogs {
    Log log[kMostLogs];
};

constexpr stagger_option kOptions[] = {
    {"owner_dead", "unlock|consistent|undo", "unlock", "what the next owner does about EOWNERDEAD"},
    {nullptr, nullptr, nullptr, nullptr},
};

class RobustLogs : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"zoo_robust_log", "lists under a robust mutex", {}, kOptions};
        about.operations[STAGGER_LIST] =
            plugin::operation_bits({STAGGER_APPEND, STAGGER_READ, STAGGER_SNAPSHOT});
        return about;
    }

    explicit RobustLogs(const plugin::Config& config)
        : objects_(config.objects()),
          owner_dead_(config.choose<OwnerDead>("owner_dead", {"unlock", "consistent", "undo"})) {
        if (objects_.size() > kMostLogs) throw plugin::Failure("there are at most 4 lists");
        RobustLogs::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects lists;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            lists.push_back(std::make_unique<LogList>(logs_->log[i], owner_dead_));
        return std::make_unique<plugin::ObjectPeer>(std::move(lists));
    }

    void reset_shared() override {
        logs_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            create(logs_->log[i], objects_[i].initial);
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const OwnerDead owner_dead_;
    zoo::Shared<AllLogs> logs_;
};

}  // namespace

STAGGER_BACKEND(RobustLogs)
