// SPDX-License-Identifier: Apache-2.0
//
// A mutex that is a named POSIX semaphore. A process that starts removes the name first, in case a
// crash had left it behind with a count of 0, and then opens it with O_CREAT. Where another process
// is inside at that time, the two have different semaphores of one name.
//
// Reported in https://github.com/osvenskan/posix_ipc/issues/17 . Fixed by leaving the name to
// whoever knows that nobody uses it: here the owner of the whole case.
#include <fcntl.h>
#include <semaphore.h>

#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Start : std::uint8_t { Unlink, Open };

class NamedMutex : public plugin::Mutex, public zoo::Local {
public:
    NamedMutex(std::string name, Start start) : name_(std::move(name)), start_(start) {}
    ~NamedMutex() override { NamedMutex::reset(); }

    stagger_status lock(plugin::Deadline deadline) override {
        if (semaphore_ == nullptr) begin();
        int result = wait(deadline);
        while (result != 0 && errno == EINTR) result = wait(deadline);
        return result == 0 ? STAGGER_OK : STAGGER_TIMEOUT;
    }
    void unlock() override { sem_post(semaphore_); }

    void reset() override {
        if (semaphore_ != nullptr) sem_close(semaphore_);
        semaphore_ = nullptr;
    }

private:
    void begin() {
        if (start_ == Start::Unlink) sem_unlink(name_.c_str());
        semaphore_ = sem_open(name_.c_str(), O_CREAT, 0600, 1);
        if (semaphore_ == SEM_FAILED) {
            semaphore_ = nullptr;
            plugin::fail_system("sem_open of " + name_, errno);
        }
    }

    int wait(plugin::Deadline deadline) {
        if (deadline.never()) return sem_wait(semaphore_);
        if (deadline.immediate()) return sem_trywait(semaphore_);
        const timespec time = deadline.time();
        return sem_clockwait(semaphore_, CLOCK_MONOTONIC, &time);
    }

    const std::string name_;
    const Start start_;
    sem_t* semaphore_ = nullptr;
};

constexpr stagger_option kOptions[] = {
    {"start", "unlink|open", "unlink", "what a process does with the name before it uses it"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string name_of(const plugin::Config& config, std::size_t object) {
    return "/" + config.prefix() + "sem" + std::to_string(object);
}

class NamedMutexes : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_named_semaphore", "mutexes as named semaphores", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::kAllOperations[STAGGER_MUTEX];
        return about;
    }

    static void residue(const plugin::Config& config,
                        const std::function<void(const std::string&)>& found) {
        for (std::size_t i = 0; i < config.objects().size(); ++i) {
            const std::string name = name_of(config, i);
            sem_t* const semaphore = sem_open(name.c_str(), 0);
            if (semaphore == SEM_FAILED) continue;
            sem_close(semaphore);
            found("the semaphore " + name);
        }
    }

    explicit NamedMutexes(const plugin::Config& config)
        : start_(config.choose<Start>("start", {"unlink", "open"})) {
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            names_.push_back(name_of(config, i));
    }
    ~NamedMutexes() override { NamedMutexes::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const std::string& name : names_)
            objects.push_back(std::make_unique<NamedMutex>(name, start_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }

    void reset_shared() override {
        for (const std::string& name : names_) sem_unlink(name.c_str());
    }

private:
    const Start start_;
    std::vector<std::string> names_;
};

}  // namespace

STAGGER_BACKEND(NamedMutexes)
