// SPDX-License-Identifier: Apache-2.0
//
// fork copies one thread, and the memory of all. A lock that another thread holds at that moment is
// locked in the child, too, and who would unlock it is not there: the child waits for ever as soon
// as it logs, allocates or does whatever else takes that lock, and its parent waits for the child.
//
// Reported in https://bugs.python.org/issue6721 , https://github.com/logcabin/logcabin/issues/121
// and https://github.com/DataDog/dd-trace-py/pull/18900 . Fixed by taking the lock before fork and
// releasing it after that in both, as pthread_atfork does for those who ask it to.
#include <pthread.h>
#include <sys/wait.h>

#include "plugins/zoo/actors_on_a_pipe.hpp"

namespace {

using namespace stagger;

enum class Fork : std::uint8_t { AnyTime, Locked };

Fork how_to_fork;
zoo::Ends* log_pipe = nullptr;  // made by the host, inherited by all
pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

void write_line(std::string_view line) {
    pthread_mutex_lock(&log_lock);
    zoo::write_all(log_pipe->write.get(), line);
    pthread_mutex_unlock(&log_lock);
}

stagger_status write_log(stagger_peer*, const stagger_call*) {
    write_line("a line of the parent's\n");
    return STAGGER_OK;
}

pid_t fork_child() {
    if (how_to_fork == Fork::AnyTime) return fork();
    pthread_mutex_lock(&log_lock);
    const pid_t child = fork();
    pthread_mutex_unlock(&log_lock);
    return child;
}

stagger_status run_child(stagger_peer*, const stagger_call*) {
    const pid_t child = fork_child();
    if (child == 0) {
        write_line("a line of the child's\n");
        _exit(0);
    }
    if (child < 0 || waitpid(child, nullptr, 0) != child) {
        plugin::detail::host->fail("the child could not be run");
        return STAGGER_ERROR;
    }
    return STAGGER_OK;
}

constexpr stagger_actor kActors[] = {
    {"write_log", "writes a line to the log, under its lock", write_log},
    {"run_child", "forks a child that writes a line, and waits for it", run_child},
    {nullptr, nullptr, nullptr},
};

constexpr stagger_option kOptions[] = {
    {"fork", "any-time|locked", "any-time", "whether the log is locked while a child is made"},
    {nullptr, nullptr, nullptr, nullptr},
};

class ForkLock : public zoo::ActorsOnAPipe {
public:
    static plugin::Description describe() {
        return {"zoo_fork_lock", "a log with a lock, in a process that forks", {}, kOptions};
    }
    static const stagger_actor* actors() { return kActors; }

    explicit ForkLock(const plugin::Config& config) {
        how_to_fork = config.choose<Fork>("fork", {"any-time", "locked"});
        log_pipe = &pipe_;
    }
};

}  // namespace

STAGGER_BACKEND(ForkLock)
