// SPDX-License-Identifier: Apache-2.0
//
// A queue over a pipe whose put() only hands the value to a thread of its own process: that one,
// the feeder, writes it into the pipe. So put() never waits for room. Two things follow.
//
// A value that was put need not be in the pipe yet: who looks without waiting may find the queue
// empty, the process itself that has just put it included. Reported in
// https://github.com/python/cpython/issues/87302 and https://github.com/avito-tech/aqueduct/pull/21
// .
//
// A process cannot end before its feeder has written everything: `close` is what its exit does. Who
// waits for its end before taking what it put, waits for ever if that is more than the pipe holds.
// Reported in https://github.com/python/cpython/issues/73983 ,
// https://github.com/jonatanjacobsson/ifcpipeline/pull/28 and
// https://github.com/vllm-project/vllm/pull/42327 .
//
// Fixed by a queue without a feeder, whose put() writes into the pipe and waits for room; by
// waiting for values with a time-out; and by taking everything before joining.
//
// The pipe is as small as a pipe can be, one page, so that little fills it.
//
// Readers take turns by a semaphore in shared memory. Who is killed with it leaves all others
// waiting: https://github.com/python/cpython/issues/96062 and
// https://github.com/celery/billiard/issues/104 . Fixed by a pipe for each reader, as
// https://github.com/python/cpython/pull/10441 does.
#include <pthread.h>
#include <semaphore.h>

#include <deque>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/local.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Feeder : std::uint8_t { Thread, None };

struct Turns {
    sem_t readers, writers;
};

// What all processes share of a queue.
struct Channel {
    zoo::Ends pipe = zoo::make_pipe();
    zoo::Shared<Turns> turns;
    std::uint64_t size = 0;

    void reset() const {
        zoo::drain(pipe.read.get());
        sem_init(&turns->readers, 1, 1);
        sem_init(&turns->writers, 1, 1);
    }
};

class Turn {
public:
    explicit Turn(sem_t& semaphore) : semaphore_(semaphore) {
        while (sem_wait(&semaphore_) != 0) {
        }
    }
    ~Turn() { sem_post(&semaphore_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    sem_t& semaphore_;
};

// A message has its length in front.
constexpr std::size_t kHeader = sizeof(std::uint32_t);

std::size_t length_in(std::string_view bytes) {
    return wire::detail::read_little_endian<std::uint32_t>(bytes.data());
}

void write_message(const Channel& channel, std::string_view message) {
    const Turn turn(channel.turns->writers);
    std::string header;
    wire::detail::append_little_endian(header, static_cast<std::uint32_t>(message.size()));
    zoo::write_all(channel.pipe.write.get(), header);
    zoo::write_all(channel.pipe.write.get(), message);
}

// The thread that writes what its process has put, from the first put until close().
class FeederThread {
public:
    explicit FeederThread(const Channel& channel) : channel_(channel) {}

    void hand_over(std::string message) {
        pthread_mutex_lock(&mutex_);
        waiting_.push_back(std::move(message));
        if (!runs_ && pthread_create(&thread_, nullptr, run, this) == 0) runs_ = true;
        pthread_cond_signal(&changed_);
        pthread_mutex_unlock(&mutex_);
    }
    void finish() {
        pthread_mutex_lock(&mutex_);
        const bool runs = std::exchange(runs_, false);
        ends_ = true;
        pthread_cond_signal(&changed_);
        pthread_mutex_unlock(&mutex_);
        if (runs) pthread_join(thread_, nullptr);
    }
    // For the next execution; its process has closed the queue. The deque is a new one, so that it
    // is laid out in memory as it was the first time.
    void reset() {
        std::deque<std::string>().swap(waiting_);
        ends_ = false;
    }

private:
    static void* run(void* self) {
        static_cast<FeederThread*>(self)->feed();
        return nullptr;
    }
    void feed() {
        for (;;) {
            pthread_mutex_lock(&mutex_);
            while (waiting_.empty() && !ends_) pthread_cond_wait(&changed_, &mutex_);
            const bool done = waiting_.empty();
            std::string message;
            if (!done) {
                message = std::move(waiting_.front());
                waiting_.pop_front();
            }
            pthread_mutex_unlock(&mutex_);
            if (done) return;
            write_message(channel_, message);
        }
    }

    const Channel& channel_;
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
    std::deque<std::string> waiting_;
    pthread_t thread_{};
    bool runs_ = false;
    bool ends_ = false;
};

class FeederQueue : public plugin::Queue, public zoo::Local {
public:
    FeederQueue(const Channel& channel, Feeder feeder)
        : channel_(channel), feeder_(feeder), thread_(channel) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        std::string message = plugin::pad(value, channel_.size);
        if (feeder_ == Feeder::Thread)
            thread_.hand_over(std::move(message));
        else
            write_message(channel_, message);
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        const Turn turn(channel_.turns->readers);
        return take_message(deadline);
    }
    void close() override { thread_.finish(); }
    void reset() override { thread_.reset(); }
    // After the end of all others: one that was killed may have left a message without its
    // beginning, or without its end.
    std::string snapshot() override {
        const std::string bytes = zoo::read_available(channel_.pipe.read.get());
        std::string_view rest = bytes;
        std::vector<std::string> values;
        while (rest.size() >= kHeader && rest.size() - kHeader >= length_in(rest)) {
            values.emplace_back(
                plugin::unpad(rest.substr(kHeader, length_in(rest)), channel_.size));
            rest.remove_prefix(kHeader + length_in(rest));
        }
        return wire::encode_list(values);
    }

private:
    plugin::Reply take_message(plugin::Deadline deadline) const {
        const int pipe = channel_.pipe.read.get();
        if (!zoo::await(pipe, POLLIN, deadline)) return {STAGGER_EMPTY};
        const std::string header = zoo::read_exactly(pipe, kHeader);
        const std::string message = zoo::read_exactly(pipe, length_in(header));
        return plugin::Reply::of(std::string(plugin::unpad(message, channel_.size)));
    }

    const Channel& channel_;
    const Feeder feeder_;
    FeederThread thread_;
};

constexpr stagger_option kOptions[] = {
    {"feeder", "thread|none", "thread", "who writes into the pipe: a thread, or put itself"},
    {nullptr, nullptr, nullptr, nullptr},
};

class FeederQueues : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"zoo_feeder_queue",
                                  "queues over pipes that a thread of each process feeds",
                                  {},
                                  kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_CLOSE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit FeederQueues(const plugin::Config& config)
        : feeder_(config.choose<Feeder>("feeder", {"thread", "none"})),
          channels_(config.objects().size()) {
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            channels_[i].size = config.objects()[i].value_size;
            zoo::make_small(channels_[i].pipe);
        }
        FeederQueues::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const Channel& channel : channels_)
            objects.push_back(std::make_unique<FeederQueue>(channel, feeder_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (const Channel& channel : channels_) channel.reset();
    }

private:
    const Feeder feeder_;
    std::vector<Channel> channels_;
};

}  // namespace

STAGGER_BACKEND(FeederQueues)
