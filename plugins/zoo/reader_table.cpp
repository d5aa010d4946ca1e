// SPDX-License-Identifier: Apache-2.0
//
// A database in memory whose readers each take a slot of a table while they read, so that nobody
// reuses what they look at. A reader that is killed leaves its slot taken; when all are, nobody can
// read any more, although nobody reads.
//
// Reported for LMDB in https://github.com/frappe/mail/pull/559 and
// https://github.com/cocoindex-io/cocoindex-code/issues/129 . Fixed by looking, when the table is
// full, which readers still live: each holds a lock on a byte of a file, which its end takes from
// it.
#include <fcntl.h>

#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/local.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Full : std::uint8_t { Fails, Checks };

constexpr std::size_t kSlots = 1;  // few, so that few deaths fill the table
constexpr std::uint32_t kFree = 0;

struct Database {
    std::atomic<std::int64_t> value;
    std::atomic<std::uint32_t> readers[kSlots];  // the process of each, counted from 1
};

// What a process has open: its lock goes with it.
class Life : public zoo::Local {
public:
    Life(const std::string& path, std::uint32_t process)
        : file_(open(path.c_str(), O_RDWR | O_CLOEXEC)), process_(process) {
        if (!file_.is_open()) plugin::fail_system("open of " + path, errno);
    }

    void reset() override { begun_ = false; }
    void begin() {
        struct flock lock = byte_of(process_);
        if (!begun_ && fcntl(file_.get(), F_SETLK, &lock) != 0)
            plugin::fail_system("fcntl with F_SETLK", errno);
        begun_ = true;
    }
    bool lives(std::uint32_t process) const {
        struct flock lock = byte_of(process);
        if (process == process_) return true;
        if (fcntl(file_.get(), F_GETLK, &lock) != 0)
            plugin::fail_system("fcntl with F_GETLK", errno);
        return lock.l_type != F_UNLCK;
    }

private:
    static struct flock byte_of(std::uint32_t process) {
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_start = process;
        lock.l_len = 1;
        return lock;
    }

    zoo::Descriptor file_;
    const std::uint32_t process_;
    bool begun_ = false;
};

class Record : public plugin::Register, public Life {
public:
    Record(Database& database, const std::string& path, std::uint32_t process, Full full)
        : Life(path, process), database_(database), process_(process), full_(full) {}

    std::string load() override {
        begin();
        std::atomic<std::uint32_t>& slot = take_slot();
        const std::int64_t value = database_.value;
        slot = kFree;
        return wire::encode_integer(value);
    }
    void store(std::string_view value) override {
        database_.value = wire::decode_integer(value).value_or(0);
    }
    std::string snapshot() override { return wire::encode_integer(database_.value); }

private:
    std::atomic<std::uint32_t>& take_slot() {
        for (;;) {
            for (std::atomic<std::uint32_t>& slot : database_.readers) {
                std::uint32_t expected = kFree;
                if (slot.compare_exchange_strong(expected, process_)) return slot;
            }
            if (full_ == Full::Fails || !free_slots_of_the_dead())
                throw plugin::Failure("the table of readers is full");
        }
    }
    bool free_slots_of_the_dead() {
        bool freed = false;
        for (std::atomic<std::uint32_t>& slot : database_.readers) {
            std::uint32_t reader = slot;
            if (reader == kFree || lives(reader)) continue;
            freed |= slot.compare_exchange_strong(reader, kFree);
        }
        return freed;
    }

    Database& database_;
    const std::uint32_t process_;
    const Full full_;
};

constexpr stagger_option kOptions[] = {
    {"full", "fails|checks", "fails", "what a reader does when it finds no slot"},
    {nullptr, nullptr, nullptr, nullptr},
};

class ReaderTable : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_reader_table", "registers with a table of readers", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit ReaderTable(const plugin::Config& config)
        : full_(config.choose<Full>("full", {"fails", "checks"})),
          path_(config.path("readers")),
          databases_(config.objects().size()) {
        const zoo::Descriptor file(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!file.is_open()) plugin::fail_system("open of " + path_, errno);
    }
    ~ReaderTable() override { unlink(path_.c_str()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        plugin::ObjectPeer::Objects objects;
        for (const zoo::Shared<Database>& database : databases_)
            objects.push_back(std::make_unique<Record>(*database, path_, process + 1, full_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (zoo::Shared<Database>& database : databases_) database.clear();
    }

private:
    const Full full_;
    const std::string path_;
    std::vector<zoo::Shared<Database>> databases_;
};

}  // namespace

STAGGER_BACKEND(ReaderTable)
