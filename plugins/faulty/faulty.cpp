// SPDX-License-Identifier: Apache-2.0
//
// The backend `faulty`: a queue and a register in shared memory that are wrong in the way that the
// option `fault` names, and right without it. It is what `stagger explain` shows symptoms with that
// no other backend here has, and what `stagger doctor` tells by that Stagger still finds them.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

enum class Fault : std::uint8_t {
    None,
    Lost,
    Duplicate,
    Reordered,
    Invented,
    Cas,
    Crash,
    Hang,
    Leak,
};

constexpr stagger_option kOptions[] = {
    {"fault", "none|lost|duplicate|reordered|invented|cas|crash|hang|leak", "none",
     "what is wrong, on purpose"},
    {nullptr, nullptr, nullptr, nullptr},
};

constexpr std::uint64_t kSlots = 16;

// Of one object, whatever its type. Values are whole numbers.
struct Shared {
    pthread_mutex_t mutex;
    sem_t values;
    std::int64_t number;   // of a register
    std::int64_t writing;  // stores that are under way
    std::uint64_t first, next;
    std::int64_t slots[kSlots];
};

std::int64_t decoded(std::string_view value) {
    const auto number = wire::decode_integer(value);
    if (!number) throw plugin::Failure("this backend holds whole numbers only");
    return *number;
}

class Guard {
public:
    explicit Guard(Shared& shared) : shared_(shared) { pthread_mutex_lock(&shared_.mutex); }
    ~Guard() { pthread_mutex_unlock(&shared_.mutex); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    Shared& shared_;
};

class FaultyQueue : public plugin::Queue {
public:
    FaultyQueue(Shared& shared, Fault fault) : shared_(shared), fault_(fault) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const std::int64_t number = decoded(value);
        {
            const Guard guard(shared_);
            const bool waits = shared_.next > shared_.first;
            const std::uint64_t slot =
                fault_ == Fault::Lost && waits ? shared_.next - 1 : shared_.next++;
            if (shared_.next > shared_.first + kSlots) throw plugin::Failure("the queue is full");
            shared_.slots[slot % kSlots] = number;
        }
        sem_post(&shared_.values);
        if (fault_ == Fault::Invented) sem_post(&shared_.values);
        return STAGGER_OK;
    }

    plugin::Reply take(plugin::Deadline deadline) override {
        const timespec until = deadline.time();
        const int failed = deadline.never()
                               ? sem_wait(&shared_.values)
                               : sem_clockwait(&shared_.values, CLOCK_MONOTONIC, &until);
        if (failed != 0) return {deadline.immediate() ? STAGGER_EMPTY : STAGGER_TIMEOUT};
        if (fault_ == Fault::Duplicate) {
            const std::uint64_t seen = shared_.first;
            const std::int64_t number = shared_.slots[seen % kSlots];
            const Guard guard(shared_);
            shared_.first = seen + 1;
            return plugin::Reply::of(wire::encode_integer(number));
        }
        const Guard guard(shared_);
        const bool last = fault_ == Fault::Reordered;
        const std::uint64_t slot = last ? --shared_.next : shared_.first++;
        return plugin::Reply::of(wire::encode_integer(shared_.slots[slot % kSlots]));
    }

    std::string snapshot() override {
        std::vector<std::string> left;
        for (std::uint64_t i = shared_.first; i < shared_.next; ++i)
            left.push_back(wire::encode_integer(shared_.slots[i % kSlots]));
        return wire::encode_list(left);
    }

private:
    Shared& shared_;
    const Fault fault_;
};

class FaultyRegister : public plugin::Register {
public:
    FaultyRegister(Shared& shared, Fault fault) : shared_(shared), fault_(fault) {}

    std::string load() override {
        if (shared_.writing != 0 && fault_ == Fault::Crash) abort();
        while (shared_.writing != 0 && fault_ == Fault::Hang) compute();
        const Guard guard(shared_);
        return wire::encode_integer(shared_.number);
    }
    void store(std::string_view value) override {
        ++shared_.writing;
        {
            const Guard guard(shared_);
            shared_.number = decoded(value);
        }
        --shared_.writing;
    }
    std::string add(std::string_view value) override {
        const Guard guard(shared_);
        const std::int64_t old = shared_.number;
        shared_.number = old + decoded(value);
        return wire::encode_integer(old);
    }
    bool cas(std::string_view expected, std::string_view value) override {
        if (fault_ != Fault::Cas) {
            const Guard guard(shared_);
            return swap_if(decoded(expected), decoded(value));
        }
        return swap_if(decoded(expected), decoded(value));
    }
    std::string snapshot() override { return wire::encode_integer(shared_.number); }

private:
    // For ever, and without touching anything that others could see.
    static void compute() {
        volatile std::uint64_t local = 0;
        for (;;) local = local + 1;
    }
    bool swap_if(std::int64_t expected, std::int64_t value) {
        if (shared_.number != expected) return false;
        shared_.number = value;
        return true;
    }

    Shared& shared_;
    const Fault fault_;
};

class Faulty : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"faulty", "wrong in the way that you choose", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SNAPSHOT});
        about.operations[STAGGER_REGISTER] = plugin::operation_bits(
            {STAGGER_LOAD, STAGGER_STORE, STAGGER_ADD, STAGGER_CAS, STAGGER_SNAPSHOT});
        return about;
    }

    explicit Faulty(const plugin::Config& config)
        : fault_(config.choose<Fault>("fault", {"none", "lost", "duplicate", "reordered",
                                                "invented", "cas", "crash", "hang", "leak"})),
          specs_(config.objects()) {
        void* const memory =
            mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        objects_ = static_cast<Shared*>(memory);
        if (fault_ == Fault::Leak)
            close(open(file_of(config).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        Faulty::reset_shared();
    }
    ~Faulty() override { munmap(objects_, bytes()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < specs_.size(); ++i) {
            if (specs_[i].type == STAGGER_QUEUE)
                objects.push_back(std::make_unique<FaultyQueue>(objects_[i], fault_));
            else
                objects.push_back(std::make_unique<FaultyRegister>(objects_[i], fault_));
        }
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (std::size_t i = 0; i < specs_.size(); ++i) reset(objects_[i], specs_[i]);
    }

private:
    static std::string file_of(const plugin::Config& config) {
        return (std::filesystem::temp_directory_path() / (config.prefix() + "faulty")).string();
    }
    static void reset(Shared& object, const plugin::ObjectSpec& spec) {
        object = Shared{};
        pthread_mutexattr_t shared;
        pthread_mutexattr_init(&shared);
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
        pthread_mutex_init(&object.mutex, &shared);
        pthread_mutexattr_destroy(&shared);
        if (spec.type == STAGGER_REGISTER && !wire::is_nil(spec.initial))
            object.number = decoded(spec.initial);
        for (const std::string_view value : wire::items(spec.initial))
            object.slots[object.next++ % kSlots] = decoded(value);
        sem_init(&object.values, 1, static_cast<unsigned>(object.next));
    }
    std::size_t bytes() const { return std::max<std::size_t>(specs_.size(), 1) * sizeof(Shared); }

    const Fault fault_;
    const std::vector<plugin::ObjectSpec> specs_;
    Shared* objects_ = nullptr;
};

}  // namespace

STAGGER_BACKEND(Faulty)
