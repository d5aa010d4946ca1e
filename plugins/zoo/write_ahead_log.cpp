// SPDX-License-Identifier: Apache-2.0
//
// A page of a database with a write-ahead log: who writes appends a frame to the log; a checkpoint
// copies frames into the database and notes how many. When all are copied, the next to write begins
// the log anew. A checkpoint that has read the length of the old log, and goes on after that, notes
// as many frames as copied that are not: the new frame is passed over, an old one is taken for it.
//
// Fixed in SQLite 3.51.3, whose developers had to force the schedule to see it:
// https://prohoster.info/en/blog/novosti-interneta/sqlite-3-51-3-s-ispravleniem-vozmozhnogo-povrezhdeniya-bazy-dannyh-v-rezhime-wal
// A checkpoint now looks, with the lock that beginning anew takes as well, whether the log is still
// the one that it has measured.
#include <fcntl.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Checkpoint : std::uint8_t { GoesOn, Looks };
enum Byte : std::uint8_t { kWriter, kCheckpoint, kReaders };

// What all know of the log.
struct Index {
    std::atomic<std::uint32_t> beginnings, frames, copied;
};

struct Database {
    std::string path;
    Checkpoint checkpoint;
    zoo::Shared<Index> index;
};

Database* database = nullptr;  // made by the host, inherited by all

// A record lock on a byte of the database, as long as it lives.
class ByteLock {
public:
    ByteLock(int file, Byte byte, short type) : file_(file), byte_(byte) { set(type); }
    ~ByteLock() { set(F_UNLCK); }
    ByteLock(const ByteLock&) = delete;
    ByteLock& operator=(const ByteLock&) = delete;

private:
    void set(short type) const {
        struct flock lock {};
        lock.l_type = type;
        lock.l_start = 1000 + byte_;
        lock.l_len = 1;
        while (fcntl(file_, F_SETLKW, &lock) != 0)
            if (errno != EINTR) plugin::fail_system("fcntl with F_SETLKW", errno);
    }

    const int file_;
    const Byte byte_;
};

// The page is the database's first word, and the log follows it.
void write_word(int file, std::uint32_t place, std::int64_t value) {
    if (pwrite(file, &value, sizeof value, static_cast<off_t>(place * sizeof value)) < 0)
        plugin::fail_system("pwrite", errno);
}

std::int64_t read_word(int file, std::uint32_t place) {
    std::int64_t value = 0;
    if (pread(file, &value, sizeof value, static_cast<off_t>(place * sizeof value)) < 0)
        plugin::fail_system("pread", errno);
    return value;
}

class Page : public plugin::Register {
public:
    Page() : file_(open(database->path.c_str(), O_RDWR | O_CLOEXEC)), index_(*database->index) {
        if (!file_.is_open()) plugin::fail_system("open of " + database->path, errno);
    }

    void store(std::string_view value) override {
        const auto number = wire::decode_integer(value);
        if (!number) throw plugin::Failure("a page holds a whole number");
        const ByteLock writer(file_.get(), kWriter, F_WRLCK);
        if (index_.copied > 0 && index_.copied == index_.frames) {
            const ByteLock readers(file_.get(), kReaders, F_WRLCK);
            index_.frames = 0;
            index_.copied = 0;
            index_.beginnings.fetch_add(1);
        }
        write_word(file_.get(), 1 + index_.frames, *number);
        index_.frames.fetch_add(1);
    }

    std::string load() override {
        const ByteLock reader(file_.get(), kReaders, F_RDLCK);
        const std::uint32_t copied = index_.copied, frames = index_.frames;
        return wire::encode_integer(read_word(file_.get(), copied < frames ? frames : 0));
    }

    void checkpoint() {
        const std::uint32_t beginnings = index_.beginnings, frames = index_.frames;
        const ByteLock alone(file_.get(), kCheckpoint, F_WRLCK);
        if (index_.copied >= frames) return;
        const ByteLock readers(file_.get(), kReaders, F_WRLCK);
        if (database->checkpoint == Checkpoint::Looks && index_.beginnings != beginnings) return;
        for (std::uint32_t i = index_.copied; i < frames; ++i)
            write_word(file_.get(), 0, read_word(file_.get(), 1 + i));
        index_.copied = frames;
    }

private:
    const zoo::Descriptor file_;
    Index& index_;
};

stagger_status run_checkpoint(stagger_peer*, const stagger_call*) {
    return plugin::detail::guarded([] { Page().checkpoint(); }) == 0 ? STAGGER_OK : STAGGER_ERROR;
}

constexpr stagger_actor kActors[] = {
    {"checkpoint", "copies what is in the log into the database", run_checkpoint},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"checkpoint", "goes-on|looks", "goes-on", "what it does about a log that was begun anew"},
    {nullptr, nullptr, nullptr, nullptr},
};

class WriteAheadLog : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_write_ahead_log", "a register as a page with a log", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }
    static const stagger_actor* actors() { return kActors; }

    explicit WriteAheadLog(const plugin::Config& config) {
        if (config.objects().size() != 1) throw plugin::Failure("one register, no more");
        database_.path = config.path("database");
        database_.checkpoint = config.choose<Checkpoint>("checkpoint", {"goes-on", "looks"});
        initial_ = wire::decode_integer(config.objects().front().initial).value_or(0);
        database = &database_;
        WriteAheadLog::reset_shared();
    }
    ~WriteAheadLog() override { unlink(database_.path.c_str()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<Page>());
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        const zoo::Descriptor file(
            open(database_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!file.is_open()) plugin::fail_system("open of " + database_.path, errno);
        write_word(file.get(), 0, initial_);
        database_.index.clear();
    }

private:
    Database database_;
    std::int64_t initial_ = 0;
};

}  // namespace

STAGGER_BACKEND(WriteAheadLog)
