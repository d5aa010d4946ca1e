// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/doctor/probe.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

// Stagger keeps its own out of the way of those that programs get: above 64.
constexpr rlim_t kNeededDescriptors = 72, kFewDescriptors = 256;
constexpr std::uint64_t kFewTasks = 64;
constexpr std::uint64_t kLittleMemory = std::uint64_t{16} << 20;

Probe good(std::string name, std::string found) {
    return {std::move(name), Health::Good, std::move(found), "", ""};
}

std::string why(int error) {
    return std::strerror(error);
}

// The first word of a file, "" if it is not there.
std::string word_of(const char* path) {
    std::ifstream file(path);
    std::string word;
    file >> word;
    return word;
}

std::string amount(rlim_t limit) {
    return limit == RLIM_INFINITY ? "no limit" : std::to_string(limit);
}

rlimit limit_of(__rlimit_resource resource) {
    rlimit limit{};
    getrlimit(resource, &limit);
    return limit;
}

Probe cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    const int count = CPU_COUNT(&allowed);
    Probe probe = good("cores", std::to_string(count));
    if (count > 1) return probe;
    probe.health = Health::Less;
    probe.means = "cases run one after the other, and free mode interleaves on one core only";
    return probe;
}

Probe descriptors() {
    const rlimit limit = limit_of(RLIMIT_NOFILE);
    Probe probe = good("descriptors",
                       fmt::format("{} (to {})", amount(limit.rlim_cur), amount(limit.rlim_max)));
    if (limit.rlim_cur >= kFewDescriptors) return probe;
    const bool enough = limit.rlim_cur >= kNeededDescriptors;
    probe.health = enough ? Health::Less : Health::Bad;
    probe.means = enough ? "cases with many processes may find none left" : "nothing can run";
    probe.remedy = "ulimit -n 1024";
    return probe;
}

Probe tasks() {
    std::uint64_t most = limit_of(RLIMIT_NPROC).rlim_cur;
    const std::string group = word_of("/sys/fs/cgroup/pids.max");
    if (!group.empty() && group.find_first_not_of("0123456789") == std::string::npos &&
        group.size() < 19)
        most = std::min<std::uint64_t>(most, std::stoull(group));
    Probe probe = good("processes", amount(most));
    if (most >= kFewTasks) return probe;
    probe.health = Health::Less;
    probe.means = "cases with many processes cannot be started; those with a few can";
    probe.remedy = "ulimit -u 512, or docker run --pids-limit 512";
    return probe;
}

Probe memory_files() {
    struct statvfs room {};
    Probe probe{"/dev/shm", Health::Less, "",
                "named shared memory cannot be used: the backends below say which of them work",
                "mount -t tmpfs tmpfs /dev/shm"};
    const std::string name = fmt::format("/stagger-doctor-{}", getpid());
    const int file = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file < 0) {
        probe.found = why(errno);
        return probe;
    }
    close(file);
    shm_unlink(name.c_str());
    statvfs("/dev/shm", &room);
    const std::uint64_t bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
    probe.found = fmt::format("{} MB free", bytes >> 20);
    if (bytes >= kLittleMemory) return good(probe.name, probe.found);
    probe.means = "shared memory may run out in cases with many or large objects";
    probe.remedy = "docker run --shm-size 64m, or mount -o remount,size=64m /dev/shm";
    return probe;
}

Probe message_queues() {
    Probe probe{"POSIX message queues", Health::Less, "",
                "the backend queue cannot be used; all others can",
                "ulimit -q 819200; the kernel's own limits are in /proc/sys/fs/mqueue"};
    const std::string name = fmt::format("/stagger-doctor-{}", getpid());
    const mqd_t queue = mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr);
    if (queue == -1) {
        probe.found = why(errno);
        return probe;
    }
    mq_close(queue);
    mq_unlink(name.c_str());
    const rlimit limit = limit_of(RLIMIT_MSGQUEUE);
    return good(probe.name,
                fmt::format("{} queues of {} messages, {} bytes for them",
                            word_of("/proc/sys/fs/mqueue/queues_max"),
                            word_of("/proc/sys/fs/mqueue/msg_max"), amount(limit.rlim_cur)));
}

Probe system_v() {
    const int memory = shmget(IPC_PRIVATE, 4096, 0600);
    const int semaphores = memory == -1 ? -1 : semget(IPC_PRIVATE, 1, 0600);
    const int queue = semaphores == -1 ? -1 : msgget(IPC_PRIVATE, 0600);
    const int error = errno;
    if (memory != -1) shmctl(memory, IPC_RMID, nullptr);
    if (semaphores != -1) semctl(semaphores, 0, IPC_RMID);
    if (queue == -1)
        return {"System V objects", Health::Less, why(error),
                "the backend sysv cannot be used; all others can",
                "raise kernel.shmmni, kernel.sem and kernel.msgmni, or remove what `ipcs` shows"};
    msgctl(queue, IPC_RMID, nullptr);
    return good("System V objects",
                fmt::format("memory, semaphores and queues ({} of these at most)",
                            word_of("/proc/sys/kernel/msgmni")));
}

Probe loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound =
        listener >= 0 && bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const int error = errno;
    if (listener >= 0) close(listener);
    if (bound) return good("TCP on the loopback interface", "works");
    return {"TCP on the loopback interface", Health::Less, why(error),
            "the option kind = \"tcp\" of the backend socket cannot be used; its other kinds can",
            "ip link set lo up"};
}

Probe temporary_files() {
    std::error_code none;
    const fs::path folder = fs::temp_directory_path(none);
    std::string name = (folder / "stagger-doctor-XXXXXX").string();
    const int file = none ? -1 : mkstemp(name.data());
    if (file < 0)
        return {"temporary files", Health::Less,
                none ? none.message() : fmt::format("{}: {}", folder.string(), why(errno)),
                "backends that make files cannot be used: those below say which work",
                "TMPDIR=DIR names a folder to write to"};
    close(file);
    unlink(name.c_str());
    return good("temporary files", folder.string());
}

// What may end a process that writes or maps more than it may.
Probe address_space() {
    const rlim_t space = limit_of(RLIMIT_AS).rlim_cur, file = limit_of(RLIMIT_FSIZE).rlim_cur;
    if (space == RLIM_INFINITY && file == RLIM_INFINITY)
        return good("memory and file sizes", "no limit");
    return {"memory and file sizes", Health::Less,
            fmt::format("memory: {}, a file: {} (bytes)", amount(space), amount(file)),
            "processes may be ended by these limits, which then shows as a crash",
            "ulimit -v unlimited; ulimit -f unlimited"};
}

}  // namespace

std::vector<Probe> probe_limits() {
    return {cores(),    descriptors(), tasks(),           memory_files(), message_queues(),
            system_v(), loopback(),    temporary_files(), address_space()};
}

}  // namespace stagger::cli
