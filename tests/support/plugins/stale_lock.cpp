// SPDX-License-Identifier: Apache-2.0
//
// A lock file that holds its owner's process number: who finds the owner gone takes the file away.
// Right for two processes of which one dies. The option says how it looks for the owner.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

enum class Look : std::uint8_t { Signal, Proc };
constexpr stagger_option kOptions[] = {
    {"look", "signal|proc", "signal", "how to see whether the owner is there"},
    {nullptr, nullptr, nullptr, nullptr},
};

bool is_there(int owner, Look look) {
    if (look == Look::Signal) return kill(owner, 0) == 0;
    return access(("/proc/" + std::to_string(owner)).c_str(), F_OK) == 0;
}

class StaleLock : public plugin::Mutex {
public:
    StaleLock(std::string path, std::string draft, Look look)
        : path_(std::move(path)), draft_(std::move(draft)), look_(look) {}

    stagger_status lock(plugin::Deadline) override {
        write_draft();
        while (link(draft_.c_str(), path_.c_str()) != 0) {
            if (errno != EEXIST) plugin::fail_system("link", errno);
            const int owner = read_owner();
            if (owner != 0 && !is_there(owner, look_)) unlink(path_.c_str());
            usleep(1000);
        }
        return STAGGER_OK;
    }
    void unlock() override { unlink(path_.c_str()); }

private:
    void write_draft() const {
        const int file = open(draft_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file == -1) plugin::fail_system("open", errno);
        const std::string owner = std::to_string(getpid());
        if (write(file, owner.data(), owner.size()) < 0) plugin::fail_system("write", errno);
        close(file);
    }
    int read_owner() const {
        const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        if (file == -1) return 0;  // given back meanwhile
        char text[16] = {};
        const ssize_t size = read(file, text, sizeof(text) - 1);
        close(file);
        return size > 0 ? atoi(text) : 0;
    }

    const std::string path_, draft_;
    const Look look_;
};

class StaleLocks : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{"stale_lock", "lock files", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::operation_bits({STAGGER_LOCK, STAGGER_UNLOCK});
        return about;
    }

    explicit StaleLocks(const plugin::Config& config)
        : look_(config.choose<Look>("look", {"signal", "proc"})), path_(config.path("lock")) {}
    ~StaleLocks() override { StaleLocks::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<StaleLock>(path_, draft(process), look_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

    void reset_shared() override {
        unlink(path_.c_str());
        for (std::uint32_t process = 0; process < kProcesses; ++process)
            unlink(draft(process).c_str());
    }

private:
    static constexpr std::uint32_t kProcesses = 4;
    std::string draft(std::uint32_t process) const { return path_ + std::to_string(process); }

    const Look look_;
    const std::string path_;
};

}  // namespace

STAGGER_BACKEND(StaleLocks)
