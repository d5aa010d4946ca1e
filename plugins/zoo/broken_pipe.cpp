// SPDX-License-Identifier: Apache-2.0
//
// Records through a FIFO. When its reader has gone, write(2) does not only fail with EPIPE: SIGPIPE
// comes first, and kills a writer that has not said what to do about it. So a process dies because
// another one did.
//
// Reported in https://github.com/eclipse-iceoryx/iceoryx2/issues/1477 . Fixed by ignoring SIGPIPE
// (or by MSG_NOSIGNAL on a socket): the write then fails, and the writer is told that the queue is
// closed.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Signal : std::uint8_t { Kills, Ignored };

constexpr std::uint64_t kRecord = 64;

// A process opens the FIFO when it first needs it, and closes it between two executions.
class FifoQueue : public plugin::Queue, public zoo::Local {
public:
    explicit FifoQueue(std::string path) : path_(std::move(path)) {}

    // Waits for a reader, as opening a FIFO does, but not for ever.
    stagger_status put(std::string_view value, plugin::Deadline deadline) override {
        while (!writer_.is_open()) {
            writer_ = zoo::Descriptor(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
            if (writer_.is_open()) break;
            if (errno != ENXIO) plugin::fail_system("open of " + path_, errno);
            if (deadline.passed()) return STAGGER_FULL;
            const timespec moment = {1, 0};
            nanosleep(&moment, nullptr);
        }
        const std::string record = plugin::pad(value, kRecord);
        while (write(writer_.get(), record.data(), record.size()) < 0) {
            if (errno == EPIPE) return STAGGER_CLOSED;
            if (errno != EINTR) plugin::fail_system("write", errno);
        }
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        if (!reader_.is_open())
            reader_ = zoo::Descriptor(open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!reader_.is_open()) plugin::fail_system("open of " + path_, errno);
        if (!zoo::await(reader_.get(), POLLIN, deadline)) return {STAGGER_EMPTY};
        const std::string record = zoo::read_exactly(reader_.get(), kRecord);
        if (record.empty()) return {STAGGER_CLOSED};
        return plugin::Reply::of(std::string(plugin::unpad(record, kRecord)));
    }
    void reset() override {
        reader_.close();
        writer_.close();
    }

private:
    const std::string path_;
    zoo::Descriptor reader_, writer_;
};

constexpr stagger_option kOptions[] = {
    {"sigpipe", "kills|ignored", "kills", "what a process does about SIGPIPE"},
    {nullptr, nullptr, nullptr, nullptr},
};

class BrokenPipe : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_broken_pipe", "records through a FIFO that may lose its reader", {}, kOptions};
        about.operations[STAGGER_QUEUE] = plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE});
        return about;
    }
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.lossy = 1;  // what is in the pipe when its reader goes, goes with it
        return promise;
    }

    explicit BrokenPipe(const plugin::Config& config)
        : signal_(config.choose<Signal>("sigpipe", {"kills", "ignored"})),
          path_(config.path("fifo")) {
        if (config.objects().size() != 1) throw plugin::Failure("one queue, no more");
        if (mkfifo(path_.c_str(), 0600) != 0) plugin::fail_system("mkfifo of " + path_, errno);
    }
    ~BrokenPipe() override { unlink(path_.c_str()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        signal(SIGPIPE, signal_ == Signal::Ignored ? SIG_IGN : SIG_DFL);
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<FifoQueue>(path_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

private:
    const Signal signal_;
    const std::string path_;
};

}  // namespace

STAGGER_BACKEND(BrokenPipe)
