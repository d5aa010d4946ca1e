// SPDX-License-Identifier: Apache-2.0
//
// A mutex that is a file under flock(2). The owner removes the file when it is done, so that
// nothing is left lying about. Who had opened it before, and waits for the lock, then gets a lock
// on a file that has no name any more, while the next to come makes a new file and locks that.
//
// Reported in https://github.com/wolph/portalocker/issues/115 ,
// https://github.com/derpston/python-simpleflock/issues/2 and
// https://github.com/cashapp/hermit/pull/423 . Fixed by never removing the file, or by looking,
// once the lock is there, whether the name still leads to the file that was locked.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Release : std::uint8_t { Unlink, Keep };
enum class Check : std::uint8_t { None, Inode };

struct Ways {
    Release release;
    Check check;
};

int lock_file(int file, plugin::Deadline deadline) {
    const int how = deadline.never() ? LOCK_EX : LOCK_EX | LOCK_NB;
    int result = flock(file, how);
    while (result != 0 && errno == EINTR) result = flock(file, how);
    return result;
}

class LockFile : public plugin::Mutex, public zoo::Local {
public:
    LockFile(std::string path, Ways ways, std::uint32_t tasks)
        : path_(std::move(path)), ways_(ways), held_(tasks, -1) {}
    ~LockFile() override { LockFile::reset(); }

    stagger_status lock(plugin::Deadline deadline) override {
        if (!deadline.never() && !deadline.immediate())
            throw plugin::Failure("flock knows no time-out but 0");
        for (;;) {
            const int file = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (file == -1) plugin::fail_system("open of " + path_, errno);
            if (lock_file(file, deadline) != 0) {
                close(file);
                return STAGGER_TIMEOUT;
            }
            if (ways_.check == Check::None || is_at_path(file)) {
                held_[plugin::current_task] = file;
                return STAGGER_OK;
            }
            close(file);
        }
    }

    void unlock() override {
        int& file = held_[plugin::current_task];
        if (ways_.release == Release::Unlink) unlink(path_.c_str());
        close(file);
        file = -1;
    }

    void reset() override {
        for (int& file : held_) {
            if (file != -1) close(file);
            file = -1;
        }
    }

private:
    bool is_at_path(int file) const {
        struct stat locked {
        }, named{};
        return fstat(file, &locked) == 0 && stat(path_.c_str(), &named) == 0 &&
               locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
    }

    const std::string path_;
    const Ways ways_;
    std::vector<int> held_;  // by task
};

constexpr stagger_option kOptions[] = {
    {"release", "unlink|keep", "unlink", "what becomes of the file when its owner is done"},
    {"check", "none|inode", "none", "what is looked at once the file is locked"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string path_of(const plugin::Config& config, std::size_t object) {
    return config.path("lock" + std::to_string(object));
}

class LockFiles : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"zoo_lock_file", "mutexes as files under flock", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::kAllOperations[STAGGER_MUTEX];
        return about;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            if (access(path_of(config, i).c_str(), F_OK) == 0) found(path_of(config, i));
    }

    explicit LockFiles(const plugin::Config& config)
        : ways_{config.choose<Release>("release", {"unlink", "keep"}),
                config.choose<Check>("check", {"none", "inode"})},
          tasks_(config.tasks()) {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            paths_.push_back(path_of(config, i));
    }
    ~LockFiles() override { LockFiles::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const std::string& path : paths_)
            objects.push_back(std::make_unique<LockFile>(path, ways_, tasks_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (const std::string& path : paths_) unlink(path.c_str());
    }

private:
    const Ways ways_;
    const std::uint32_t tasks_;
    std::vector<std::string> paths_;
};

}  // namespace

STAGGER_BACKEND(LockFiles)
