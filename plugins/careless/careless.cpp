// SPDX-License-Identifier: Apache-2.0
//
// The backend `careless`: a few functions as programs contain them, which take it that a call
// cannot be interrupted, that there is always room and always a descriptor, and that the clock on
// the wall only goes on. With care = full each of them looks at what its calls say. All work on two
// small files in the folder for temporary ones; scenarios call them by name, as actors.
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include <stagger/backend.hpp>

namespace {

using namespace stagger;
using plugin::detail::host;

// Chosen by the host before anything is forked.
bool careful = false;
std::string account_path, journal_path;

stagger_status give(std::int64_t number) {
    const std::string bytes = wire::encode_integer(number);
    host->set_result(bytes.data(), bytes.size());
    return STAGGER_OK;
}

class File {
public:
    explicit File(const std::string& path, int flags = 0)
        : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600)) {}
    ~File() {
        if (file_ != -1) close(file_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int number() const { return file_; }
    bool open_now() const { return file_ != -1; }

private:
    const int file_;
};

std::int64_t number_in(const File& file) {
    std::int64_t number = 0;
    return pread(file.number(), &number, sizeof number, 0) == sizeof number ? number : 0;
}

void put_number(const File& file, std::int64_t number) {
    if (pwrite(file.number(), &number, sizeof number, 0) != sizeof number)
        plugin::fail_system("pwrite", errno);
}

// A signal ends the wait for a lock: who takes no notice goes on without it.
void lock(const File& file) {
    while (flock(file.number(), LOCK_EX) != 0 && careful && errno == EINTR) {
    }
}

// Adds one to the account.
stagger_status deposit(stagger_peer*, const stagger_call*) {
    const File file(account_path);
    lock(file);
    put_number(file, number_in(file) + 1);
    return STAGGER_OK;
}

stagger_status balance(stagger_peer*, const stagger_call*) {
    return give(number_in(File(account_path)));
}

// Enters a line in the journal. 1: it has been entered, and may be told to others; 0: it may not.
stagger_status enter(stagger_peer*, const stagger_call*) {
    const File file(journal_path, O_APPEND);
    if (careful && !file.open_now()) return give(0);
    const bool written = write(file.number(), "\n", 1) == 1;
    return give(written || !careful ? 1 : 0);
}

stagger_status entries(stagger_peer*, const stagger_call*) {
    const File file(journal_path);
    return give(lseek(file.number(), 0, SEEK_END));
}

// Works for half a minute at most, and then leaves it to others. 1: the work is the caller's; 0: it
// is somebody else's. The time on the wall may be set; since the start it only goes on.
constexpr std::int64_t kLease = 30;
stagger_status take_lease(stagger_peer*, const stagger_call*) {
    timespec now{};
    clock_gettime(careful ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now);
    const File file(account_path);
    while (flock(file.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    if (number_in(file) > now.tv_sec) return give(0);
    put_number(file, now.tv_sec + kLease);
    return give(1);
}

stagger_status end_lease(stagger_peer*, const stagger_call*) {
    const File file(account_path);
    put_number(file, 0);
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"deposit", "adds one to an account in a file, under the file's lock", deposit},
    {"balance", "gives the account", balance},
    {"enter", "enters a line in a journal, and says whether it is in", enter},
    {"entries", "gives the number of lines in the journal", entries},
    {"take_lease", "takes a lease of 30 seconds, and says whether it is the caller's", take_lease},
    {"end_lease", "ends the lease", end_lease},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"care", "none|full", "none", "whether functions look at what the calls they make tell them"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Careless : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"careless", "functions that take it that nothing goes wrong", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit Careless(const plugin::Config& config) {
        careful = config.choose<bool>("care", {"none", "full"});
        account_path = config.path("account");
        journal_path = config.path("journal");
        Careless::reset_shared();
    }
    ~Careless() override {
        for (const std::string& path : {account_path, journal_path}) unlink(path.c_str());
    }

    void reset_shared() override {
        for (const std::string& path : {account_path, journal_path})
            if (truncate(path.c_str(), 0) != 0 && errno != ENOENT)
                plugin::fail_system("truncate of " + path, errno);
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<plugin::NoObjects>();
    }
};

}  // namespace

STAGGER_BACKEND(Careless)
