// SPDX-License-Identifier: Apache-2.0
//
// A named semaphore as sem_open() makes it: one is made under a name of its own, complete, and then
// linked to the name that was asked for. Where somebody else was faster, that one's is opened. For
// this the flags of the first attempt are used again, which by then say that the file must be new:
// the call fails, because the file is there.
//
// Reported in https://sourceware.org/bugzilla/show_bug.cgi?id=30789 , of glibc 2.38 only. Fixed by
// flags of its own for a file that is expected to be there.
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>

#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Again : std::uint8_t { SameFlags, OwnFlags };

constexpr int kExisting = O_RDWR | O_CLOEXEC;
constexpr int kNew = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;

// Makes the file complete before it has the name that others know.
bool link_new(const std::string& path, const std::string& own_path) {
    {
        const zoo::Descriptor file(open(own_path.c_str(), kNew, 0600));
        sem_t semaphore;
        sem_init(&semaphore, 1, 1);
        if (write(file.get(), &semaphore, sizeof semaphore) != sizeof semaphore)
            plugin::fail_system("write", errno);
    }
    const bool linked = link(own_path.c_str(), path.c_str()) == 0;
    if (!linked && errno != EEXIST) plugin::fail_system("link", errno);
    unlink(own_path.c_str());
    return linked;
}

class LinkedSemaphore : public plugin::Mutex, public zoo::Local {
public:
    LinkedSemaphore(std::string path, std::uint32_t process, Again again)
        : path_(std::move(path)), own_path_(path_ + "." + std::to_string(process)), again_(again) {}
    ~LinkedSemaphore() override { LinkedSemaphore::reset(); }

    stagger_status lock(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("this lock knows no time-out");
        if (semaphore_ == nullptr) open_or_create();
        while (sem_wait(semaphore_) != 0)
            if (errno != EINTR) plugin::fail_system("sem_wait", errno);
        return STAGGER_OK;
    }
    void unlock() override {
        if (semaphore_ == nullptr) throw plugin::Failure("the semaphore could not be opened");
        sem_post(semaphore_);
    }

    void reset() override {
        if (semaphore_ != nullptr) munmap(semaphore_, sizeof(sem_t));
        semaphore_ = nullptr;
    }

private:
    void open_or_create() {
        int flags = kExisting;
        for (;;) {
            const zoo::Descriptor file(open(path_.c_str(), flags, 0600));
            if (file.is_open()) return map(file);
            if (errno != ENOENT) plugin::fail_system("open", errno);
            if (!link_new(path_, own_path_) && again_ == Again::SameFlags) flags = kNew;
        }
    }
    void map(const zoo::Descriptor& file) {
        void* const memory =
            mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        semaphore_ = static_cast<sem_t*>(memory);
    }

    const std::string path_, own_path_;
    const Again again_;
    sem_t* semaphore_ = nullptr;
};

constexpr stagger_option kOptions[] = {
    {"again", "same-flags|own-flags", "same-flags", "with what the file of another is opened"},
    {nullptr, nullptr, nullptr, nullptr},
};

class LinkedSemaphores : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_linked_semaphore", "mutexes as sem_open makes them", {}, kOptions};
        about.operations[STAGGER_MUTEX] = plugin::kAllOperations[STAGGER_MUTEX];
        return about;
    }

    explicit LinkedSemaphores(const plugin::Config& config)
        : path_(config.path("semaphore")),
          again_(config.choose<Again>("again", {"same-flags", "own-flags"})) {
        if (config.objects().size() != 1) throw plugin::Failure("one mutex, no more");
    }
    ~LinkedSemaphores() override { LinkedSemaphores::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<LinkedSemaphore>(path_, process, again_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }
    void reset_shared() override { unlink(path_.c_str()); }

private:
    const std::string path_;
    const Again again_;
};

}  // namespace

STAGGER_BACKEND(LinkedSemaphores)
