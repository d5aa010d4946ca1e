// SPDX-License-Identifier: Apache-2.0
//
// A mutex that is a record lock of fcntl(2) on a file. While it has the lock, the owner opens the
// same file once more to write down who it is, and closes that again. POSIX wants it so: closing
// any descriptor of a file drops all locks that the process has on it.
//
// Reported in https://github.com/eclipse-iceoryx/iceoryx2/issues/1718 ; SQLite's "How To Corrupt"
// (https://news.ycombinator.com/item?id=33503555) warns of it. Fixed by locks that belong to the
// open file (F_OFD_SETLK), or by having one descriptor only.
#include <fcntl.h>
#include <unistd.h>

#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Owner : std::uint8_t { Process, OpenFile };
enum class Note : std::uint8_t { OpenedAgain, SameDescriptor };

struct Ways {
    Owner owner;
    Note note;
};

int opened(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file == -1) plugin::fail_system("open of " + path, errno);
    return file;
}

class RecordLock : public plugin::Mutex, public zoo::Local {
public:
    RecordLock(std::string path, Ways ways)
        : path_(std::move(path)), ways_(ways), file_(opened(path_)) {}
    ~RecordLock() override { close(file_); }

    stagger_status lock(plugin::Deadline deadline) override {
        if (!deadline.never() && !deadline.immediate())
            throw plugin::Failure("a record lock knows no time-out but 0");
        if (!change(F_WRLCK, deadline.never())) return STAGGER_TIMEOUT;
        write_down_owner();
        return STAGGER_OK;
    }
    void unlock() override { change(F_UNLCK, false); }
    void reset() override { unlock(); }

private:
    int command(bool waits) const {
        if (ways_.owner == Owner::Process) return waits ? F_SETLKW : F_SETLK;
        return waits ? F_OFD_SETLKW : F_OFD_SETLK;
    }

    bool change(short type, bool waits) const {
        struct flock record {};
        record.l_type = type;
        record.l_whence = SEEK_SET;
        int result = fcntl(file_, command(waits), &record);
        while (result == -1 && errno == EINTR) result = fcntl(file_, command(waits), &record);
        return result == 0;
    }

    void write_down_owner() const {
        const int file = ways_.note == Note::OpenedAgain ? opened(path_) : file_;
        const std::uint32_t owner = plugin::current_task;
        if (pwrite(file, &owner, sizeof owner, 0) == -1) plugin::fail_system("pwrite", errno);
        if (file != file_) close(file);
    }

    const std::string path_;
    const Ways ways_;
    const int file_;
};

constexpr stagger_option kOptions[] = {
    {"owner", "process|open-file", "process", "to whom a lock belongs: F_SETLK or F_OFD_SETLK"},
    {"note", "opened-again|same-descriptor", "opened-again", "how the owner writes down its name"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string path_of(const plugin::Config& config, std::size_t object) {
    return config.path("record" + std::to_string(object));
}

class RecordLocks : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_record_lock", "mutexes as record locks of fcntl", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::kAllOperations[STAGGER_MUTEX];
        return about;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            if (access(path_of(config, i).c_str(), F_OK) == 0) found(path_of(config, i));
    }

    explicit RecordLocks(const plugin::Config& config)
        : ways_{config.choose<Owner>("owner", {"process", "open-file"}),
                config.choose<Note>("note", {"opened-again", "same-descriptor"})} {
        for (std::size_t i = 0; i < config.objects().size(); ++i) {
            paths_.push_back(path_of(config, i));
            close(opened(paths_.back()));
        }
    }
    ~RecordLocks() override {
        for (const std::string& path : paths_) unlink(path.c_str());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const std::string& path : paths_)
            objects.push_back(std::make_unique<RecordLock>(path, ways_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

private:
    const Ways ways_;
    std::vector<std::string> paths_;
};

}  // namespace

STAGGER_BACKEND(RecordLocks)
