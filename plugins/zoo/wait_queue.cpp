// SPDX-License-Identifier: Apache-2.0
//
// A semaphore with a queue of those who wait: who releases takes the first out of the queue and
// tells it so. Where it tells first and takes out afterwards, the one that was told may already
// have left and cleared its place in the queue, with it the link to the next, who is then never
// told.
//
// Reported as PostgreSQL's bug 14721, fixed in
// https://granicus.if.org/sourcecode?a=commit&h=49a3360209ba07d385f1a9e619854bbbe1b7005f&p=postgresql
// : a waiting backend may look at its state without a lock, so that is the last thing to change.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Tell : std::uint8_t { First, Last };

constexpr std::uint32_t kNobody = 0;  // places are counted from 1
constexpr std::size_t kMostPlaces = 64;
enum State : std::uint32_t { kIdle, kWaiting, kComplete };

struct Place {
    std::atomic<std::uint32_t> state;
    std::uint32_t next;
};

struct Line {
    std::atomic<std::uint32_t> lock;
    std::uint32_t first, last;
    std::int64_t permits;
    Place place[kMostPlaces + 1];
};

void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) {
    while (word.load() == value)
        syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, value, nullptr,
                nullptr, 0);
}
void wake(std::atomic<std::uint32_t>& word) {
    syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// The lock on the queue, for as long as it lives.
class Locked {
public:
    explicit Locked(Line& line) : line_(line) {
        while (line_.lock.exchange(1) != 0) sleep_while(line_.lock, 1);
    }
    ~Locked() {
        line_.lock.store(0);
        wake(line_.lock);
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    Line& line_;
};

class QueuedSemaphore : public plugin::Semaphore {
public:
    QueuedSemaphore(Line& line, Tell tell) : line_(line), tell_(tell) {}

    stagger_status acquire(plugin::Deadline deadline) override {
        const std::uint32_t self = plugin::current_task + 1;
        if (self > kMostPlaces) throw plugin::Failure("there are 64 places in the queue");
        Place& place = line_.place[self];
        {
            const Locked locked(line_);
            if (line_.permits > 0) {
                --line_.permits;
                return STAGGER_OK;
            }
            if (!deadline.never()) return STAGGER_TIMEOUT;
            enqueue(self);
        }
        sleep_while(place.state, kWaiting);
        place.next = kNobody;  // no longer in the queue
        place.state.store(kIdle);
        return STAGGER_OK;
    }

    void release() override {
        const Locked locked(line_);
        if (line_.first == kNobody) {
            ++line_.permits;
            return;
        }
        Place& place = line_.place[line_.first];
        if (tell_ == Tell::First) complete(place);
        line_.first = place.next;
        if (line_.first == kNobody) line_.last = kNobody;
        if (tell_ == Tell::Last) complete(place);
    }

    std::string snapshot() override { return wire::encode_integer(line_.permits); }

private:
    void enqueue(std::uint32_t self) {
        line_.place[self].state.store(kWaiting);
        if (line_.first == kNobody)
            line_.first = self;
        else
            line_.place[line_.last].next = self;
        line_.last = self;
    }

    static void complete(Place& place) {
        place.state.store(kComplete);
        wake(place.state);
    }

    Line& line_;
    const Tell tell_;
};

constexpr std::size_t kMostLines = 4;

struct Lines {
    Line line[kMostLines];
};

constexpr stagger_option kOptions[] = {
    {"tell", "first|last", "first", "when the one that is taken out of the queue is told"},
    {nullptr, nullptr, nullptr, nullptr},
};

class WaitQueues : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_wait_queue", "semaphores with a queue of their own", {}, kOptions};
        about.operations[STAGGER_SEMAPHORE] = plugin::kAllOperations[STAGGER_SEMAPHORE];
        return about;
    }

    explicit WaitQueues(const plugin::Config& config)
        : objects_(config.objects()), tell_(config.choose<Tell>("tell", {"first", "last"})) {
        if (objects_.size() > kMostLines) throw plugin::Failure("there are at most 4 semaphores");
        WaitQueues::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects semaphores;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            semaphores.push_back(std::make_unique<QueuedSemaphore>(lines_->line[i], tell_));
        return std::make_unique<plugin::ObjectPeer>(std::move(semaphores));
    }

    void reset_shared() override {
        lines_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            lines_->line[i].permits = wire::decode_integer(objects_[i].initial).value_or(0);
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Tell tell_;
    zoo::Shared<Lines> lines_;
};

}  // namespace

STAGGER_BACKEND(WaitQueues)
