// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/processes.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <stagger/padding.hpp>

namespace stagger::testing {
namespace {

namespace fs = std::filesystem;

std::size_t count_entries(const std::string& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
    return count;
}

std::size_t count_descendants(const std::string& pid) {
    std::size_t count = 0;
    std::error_code gone;
    for (const auto& task : fs::directory_iterator("/proc/" + pid + "/task", gone)) {
        std::ifstream list(task.path() / "children");
        for (std::string child; list >> child;) count += 1 + count_descendants(child);
    }
    return count;
}

std::size_t resident_kb() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6));
    }
    return 0;
}

void find_files(const std::string& folder, const std::string& part,
                std::vector<std::string>& found) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder, missing)) {
        const std::string name = entry.path().filename();
        if (name.find(part) != std::string::npos) found.push_back(entry.path());
    }
}

// Message queues can be listed only where their file system is mounted; these are the names that
// the backend `queue` gives.
void find_queues(const std::string& prefix, std::vector<std::string>& found) {
    for (int of_case = 0; of_case < 4; ++of_case) {
        for (int index = 0; index < 16; ++index) {
            const std::string name =
                "/" + prefix + std::to_string(of_case) + "-queue-q" + std::to_string(index);
            const mqd_t queue = mq_open(name.c_str(), O_RDONLY | O_CLOEXEC);
            if (queue == mqd_t{-1}) continue;
            mq_close(queue);
            found.push_back("message queue " + name);
        }
    }
}

// System V objects have keys in place of names; these are the ones of the backend `sysv`.
void find_system_v(const std::string& prefix, std::vector<std::string>& found) {
    for (int of_case = 0; of_case < 4; ++of_case) {
        const std::string name = prefix + std::to_string(of_case) + "-sysv-";
        const auto key = [&](const std::string& what) {
            return static_cast<key_t>(plugin::detail::hash(name + what));
        };
        if (shmget(key("memory"), 0, 0) != -1) found.push_back("memory of " + name);
        if (semget(key("semaphores"), 0, 0) != -1) found.push_back("semaphores of " + name);
        for (int index = 0; index < 16; ++index) {
            const std::string queue = "queue" + std::to_string(index);
            if (msgget(key(queue), 0) != -1) found.push_back(queue + " of " + name);
        }
    }
}

void find_sockets(const std::string& part, std::vector<std::string>& found) {
    std::ifstream table("/proc/net/unix");
    for (std::string line; std::getline(table, line);) {
        if (line.find(part) != std::string::npos) found.push_back("socket " + line);
    }
}

}  // namespace

Usage usage() {
    return {count_entries("/proc/self/fd"), resident_kb(),
            count_descendants(std::to_string(getpid()))};
}

std::vector<std::string> objects_named(const std::string& prefix) {
    std::vector<std::string> found;
    find_files("/dev/shm", prefix, found);  // semaphores are there as sem.<name>
    find_files("/dev/mqueue", prefix, found);
    find_files(fs::temp_directory_path(), prefix, found);
    find_queues(prefix, found);
    find_system_v(prefix, found);
    find_sockets(prefix, found);
    return found;
}

}  // namespace stagger::testing
