// SPDX-License-Identifier: Apache-2.0
//
// A queue in memory that processes share: two semaphores count, a mutex guards. It is plain POSIX:
// nothing here knows how Stagger schedules it. Replace the parts marked (1) to (4) by your own.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

// (1) What lies in shared memory: plain data without pointers, which other processes could not
// follow, and of a fixed size.
constexpr std::uint64_t kSlots = 64;         // most values that a queue can hold
constexpr std::size_t kValueBytes = 240;     // of the largest value
constexpr std::uint64_t kUsualCapacity = 8;  // of a queue whose spec names no `capacity`

struct Slot {
    std::uint32_t size;
    char bytes[kValueBytes];
};

struct Shared {
    pthread_mutex_t mutex;      // guards all below
    std::uint64_t puts, takes;  // so far: the values between are in the queue
    Slot slots[kSlots];
    sem_t room;    // how many more values fit: put waits for it
    sem_t values;  // how many there are: take waits for it
};

// (2) What the mechanism can be set to: a spec says `options = { lock = "none" }`. The first name
// after the option's own lists its values, then come the default and a sentence for `stagger list`.
enum class Lock : std::uint8_t { Mutex, None };
constexpr stagger_option kOptions[] = {
    {"lock", "mutex|none", "mutex", "what guards the slots; none is wrong, on purpose"},
    {nullptr, nullptr, nullptr, nullptr},  // the list ends with a row of nothing
};

// Waits for a semaphore until the deadline; false if that passed. Deadlines are of CLOCK_MONOTONIC,
// which Stagger simulates: nobody really waits.
bool wait_for(sem_t& semaphore, plugin::Deadline deadline) {
    const timespec until = deadline.time();
    for (;;) {
        const int failed = deadline.never() ? sem_wait(&semaphore)
                                            : sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until);
        if (failed == 0) return true;
        if (errno == ETIMEDOUT) return false;
        if (errno != EINTR) plugin::fail_system("sem_wait", errno);  // EINTR: a signal came; again
    }
}

// (3) The operations, one class per type of object. Several threads and processes call them at the
// same time. Values come as bytes; a queue need not look inside.
class SharedQueue : public plugin::Queue {
public:
    SharedQueue(Shared& shared, Lock lock) : shared_(shared), lock_(lock) {}

    stagger_status put(std::string_view value, plugin::Deadline deadline) override {
        if (value.size() > kValueBytes) throw plugin::Failure("the value is too large for a slot");
        // A time-out of 0 means to try once: what then does not go is FULL, not TIMEOUT.
        if (!wait_for(shared_.room, deadline))
            return deadline.immediate() ? STAGGER_FULL : STAGGER_TIMEOUT;
        lock();
        write(shared_.slots[shared_.puts % kSlots], value);
        ++shared_.puts;
        unlock();
        sem_post(&shared_.values);
        return STAGGER_OK;
    }

    plugin::Reply take(plugin::Deadline deadline) override {
        if (!wait_for(shared_.values, deadline))
            return {deadline.immediate() ? STAGGER_EMPTY : STAGGER_TIMEOUT};
        lock();
        std::string value = read(shared_.slots[shared_.takes % kSlots]);
        ++shared_.takes;
        unlock();
        sem_post(&shared_.room);
        return plugin::Reply::of(std::move(value));
    }

    std::int64_t size() override {
        lock();
        const std::uint64_t count = shared_.puts - shared_.takes;
        unlock();
        return static_cast<std::int64_t>(count);
    }

    // All that is in it, for a `final` expectation; the parent asks when everybody has ended.
    std::string snapshot() override {
        std::vector<std::string> values;
        for (std::uint64_t i = shared_.takes; i < shared_.puts; ++i)
            values.push_back(read(shared_.slots[i % kSlots]));
        return wire::encode_list(values);
    }

private:
    void lock() {
        if (lock_ == Lock::Mutex) pthread_mutex_lock(&shared_.mutex);
    }
    void unlock() {
        if (lock_ == Lock::Mutex) pthread_mutex_unlock(&shared_.mutex);
    }
    static void write(Slot& slot, std::string_view value) {
        slot.size = static_cast<std::uint32_t>(value.size());
        memcpy(slot.bytes, value.data(), value.size());
    }
    static std::string read(const Slot& slot) { return {slot.bytes, slot.size}; }

    Shared& shared_;
    const Lock lock_;
};

// (4) A case's queues. This object is made once, before the processes are forked from that one.
class SharedQueues : public plugin::Backend {
public:
    // What `stagger list backends` shows. What is not listed here, cases that need it skip.
    static plugin::Description describe() {
        plugin::Description about{"my_queue", "queues in shared memory", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SIZE, STAGGER_SNAPSHOT});
        return about;
    }

    // What the mechanism promises: by that it is judged. This one delivers in the order of the
    // puts, loses nothing, and holds so many values where a spec does not say how many.
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.fifo_scope = STAGGER_FIFO_GLOBAL;
        promise.default_capacity = kUsualCapacity;
        return promise;
    }

    explicit SharedQueues(const plugin::Config& config)
        : lock_(config.choose<Lock>("lock", {"mutex", "none"})), specs_(config.objects()) {
        for (const plugin::ObjectSpec& spec : specs_)
            if (spec.capacity > kSlots) throw plugin::Failure("the most it can hold is 64 values");
        void* const memory =
            mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        queues_ = static_cast<Shared*>(memory);
        SharedQueues::reset_shared();
    }
    // Leaves nothing behind. (Names in the file system would begin with config.prefix().)
    ~SharedQueues() override { munmap(queues_, bytes()); }

    // What one process works with: its objects, in the order of config.objects().
    std::unique_ptr<plugin::Peer> attach(std::uint32_t /*process*/) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < specs_.size(); ++i)
            objects.push_back(std::make_unique<SharedQueue>(queues_[i], lock_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    // As freshly made, with the values of `initial`; between two executions, when nobody runs.
    void reset_shared() override {
        for (std::size_t i = 0; i < specs_.size(); ++i) reset(queues_[i], specs_[i]);
    }

private:
    static void reset(Shared& queue, const plugin::ObjectSpec& spec) {
        const std::uint64_t capacity = spec.capacity == 0 ? kUsualCapacity : spec.capacity;
        memset(&queue, 0, sizeof queue);
        pthread_mutexattr_t shared;
        pthread_mutexattr_init(&shared);
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);  // or it is one process's
        pthread_mutex_init(&queue.mutex, &shared);
        pthread_mutexattr_destroy(&shared);
        for (const std::string_view value : wire::items(spec.initial)) {
            if (queue.puts == capacity || value.size() > kValueBytes)
                throw plugin::Failure("`initial` does not fit into " + spec.name);
            Slot& slot = queue.slots[queue.puts++];
            slot.size = static_cast<std::uint32_t>(value.size());
            memcpy(slot.bytes, value.data(), value.size());
        }
        sem_init(&queue.values, /*shared between processes*/ 1, static_cast<unsigned>(queue.puts));
        sem_init(&queue.room, 1, static_cast<unsigned>(capacity - queue.puts));
    }
    std::size_t bytes() const { return std::max<std::size_t>(specs_.size(), 1) * sizeof(Shared); }

    const Lock lock_;
    const std::vector<plugin::ObjectSpec> specs_;
    Shared* queues_ = nullptr;
};

}  // namespace

// The one symbol that the library exports.
STAGGER_BACKEND(SharedQueues)
