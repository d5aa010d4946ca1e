// SPDX-License-Identifier: Apache-2.0
//
// Several processes write records into one pipe, each by one write(2), as the workers of a web
// server write the lines of their log to one logger. POSIX keeps the bytes of a write together only
// up to PIPE_BUF, 4096 on Linux. Of a larger one, a part goes in when the pipe gets full, and the
// record of another may come between that part and the rest.
//
// Reported in https://bz.apache.org/bugzilla/show_bug.cgi?id=54339 and
// https://github.com/younix/sj/issues/16 . Fixed by records of at most PIPE_BUF, by one writer, or
// by a lock that all writers take.
//
// The pipe is as small as a pipe can be, one page, so that one record fills it; one of the usual 64
// KiB needs a dozen more records to get full.
#include <fcntl.h>
#include <sys/file.h>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Writers : std::uint8_t { Unlocked, Locked };

class RecordPipe : public plugin::Queue {
public:
    RecordPipe(const zoo::Ends& pipe, std::uint64_t size, Writers writers, const std::string& lock)
        : pipe_(pipe), size_(size), writers_(writers) {
        if (writers == Writers::Unlocked) return;
        lock_ = zoo::Descriptor(open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!lock_.is_open()) plugin::fail_system("open of " + lock, errno);
    }

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const std::string record = plugin::pad(value, size_);
        if (writers_ == Writers::Locked)
            while (flock(lock_.get(), LOCK_EX) != 0 && errno == EINTR) {
            }
        zoo::write_all(pipe_.write.get(), record);
        if (writers_ == Writers::Locked) flock(lock_.get(), LOCK_UN);
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        if (!zoo::await(pipe_.read.get(), POLLIN, deadline)) return {STAGGER_EMPTY};
        const std::string record = zoo::read_exactly(pipe_.read.get(), size_);
        return plugin::Reply::of(std::string(plugin::unpad(record, size_)));
    }
    std::string snapshot() override { return zoo::take_all(*this); }

private:
    const zoo::Ends& pipe_;
    const std::uint64_t size_;
    const Writers writers_;
    zoo::Descriptor lock_;
};

constexpr stagger_option kOptions[] = {
    {"writers", "unlocked|locked", "unlocked", "whether a writer locks the others out"},
    {nullptr, nullptr, nullptr, nullptr},
};

class RecordPipes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_record_pipe", "records of many writers in one pipe", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit RecordPipes(const plugin::Config& config)
        : objects_(config.objects()),
          writers_(config.choose<Writers>("writers", {"unlocked", "locked"})),
          prefix_(config.path("")) {
        for (const plugin::ObjectSpec& object : objects_) {
            if (object.value_size == 0) throw plugin::Failure("the records need a `size`");
            pipes_.push_back(zoo::make_pipe());
            zoo::make_small(pipes_.back());
        }
    }
    ~RecordPipes() override {
        if (writers_ == Writers::Locked)
            for (std::size_t i = 0; i < objects_.size(); ++i) unlink(lock_of(i).c_str());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            objects.push_back(std::make_unique<RecordPipe>(pipes_[i], objects_[i].value_size,
                                                           writers_, lock_of(i)));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (const zoo::Ends& pipe : pipes_) zoo::drain(pipe.read.get());
    }

private:
    std::string lock_of(std::size_t object) const { return prefix_ + std::to_string(object); }

    const std::vector<plugin::ObjectSpec> objects_;
    const Writers writers_;
    const std::string prefix_;
    std::vector<zoo::Ends> pipes_;
};

}  // namespace

STAGGER_BACKEND(RecordPipes)
