// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/instrumentation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "harness/backend/locate.hpp"
#include "harness/engine/shared_library.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::engine {
namespace {

// By these processes or threads can meet, and the agent stands in front of none of them, nor of the
// calls that libc makes inside them. Each with a blank on either side.
constexpr std::string_view kUnseenCalls =
    // C streams, which libc reads and writes by itself.
    " __fgets_chk __fread_chk __getdelim __isoc99_fscanf fgetc fgets flockfile fread "
    " fread_unlocked freopen freopen64 fscanf ftrylockfile getc getdelim getline popen "
    " tmpfile tmpfile64 "
    // Threads as C11 has them.
    " call_once cnd_broadcast cnd_signal cnd_timedwait cnd_wait mtx_lock mtx_timedlock "
    " mtx_trylock mtx_unlock pthread_clockjoin_np pthread_once thrd_create thrd_join "
    // Input and output of other kinds.
    " aio_fsync aio_read aio_read64 aio_suspend aio_write aio_write64 close_range closefrom "
    " copy_file_range fallocate fallocate64 io_uring_setup ioctl lio_listio lio_listio64 "
    " mq_setattr posix_fallocate posix_fallocate64 recvmmsg sendfile sendfile64 sendmmsg "
    " splice tee vmsplice "
    // Names of files, and what is in folders.
    " fanotify_init fgetxattr fsetxattr ftw ftw64 getdents64 getxattr glob glob64 "
    " inotify_init inotify_init1 lgetxattr lsetxattr mkdtemp mknod mknodat mkostemp "
    " mkostemp64 mkstemp mkstemp64 mkstemps mkstemps64 nftw nftw64 readdir64_r readdir_r "
    " scandir scandir64 scandirat setxattr "
    // Processes, and the memory of others.
    " _Fork clone daemon execveat forkpty memccpy mremap pidfd_open pidfd_send_signal "
    " process_vm_readv process_vm_writev ptrace remap_file_pages system "
    // Waiting for signals.
    " pause signalfd sigsuspend sigtimedwait sigwait sigwaitinfo ";

bool is_unseen(const std::string& call) {
    return kUnseenCalls.find(" " + call + " ") != std::string_view::npos;
}

// Of libc and the compilers, which every backend is linked with: that these are not compiled with
// the flag is a limit that holds always.
constexpr std::array kRuntime = std::to_array<std::string_view>(
    {"ld-linux", "libatomic.so", "libc++.so", "libc++abi.so", "libc.so", "libdl.so", "libgcc_s.so",
     "libm.so", "libpthread.so", "librt.so", "libstdc++.so"});

bool is_runtime(const std::string& library) {
    return std::any_of(kRuntime.begin(), kRuntime.end(),
                       [&](std::string_view name) { return library.starts_with(name); });
}

// Compilers leave the names of the calls they emit in the file.
bool is_instrumented(const SharedLibrary& library) {
    const auto first = library.imports.lower_bound("__tsan_");
    return first != library.imports.end() && first->starts_with("__tsan_");
}

std::vector<std::string> unseen_calls_of(const SharedLibrary& library) {
    std::vector<std::string> calls;
    std::copy_if(library.imports.begin(), library.imports.end(), std::back_inserter(calls),
                 is_unseen);
    return calls;
}

constexpr std::size_t kMostNamed = 4;  // sources in one sentence

// "a.cpp, b.cpp, c.cpp, d.cpp and 7 more"
std::string listed(std::vector<std::string> names) {
    const std::size_t more = names.size() - std::min(names.size(), kMostNamed);
    names.resize(names.size() - more);
    const std::string text = fmt::format("{}", fmt::join(names, ", "));
    return more > 0 ? text + fmt::format(" and {} more", more) : text;
}

// A line of /proc/PID/maps. Writable and shared with other processes; Stagger's own is told by its
// name.
bool is_shared_memory(const std::string& line) {
    const std::size_t rights = line.find(' ');
    return rights != std::string::npos && line.size() > rights + 4 && line[rights + 2] == 'w' &&
           line[rights + 4] == 's' && line.find("/memfd:stagger-") == std::string::npos;
}

class Search {
public:
    void look_at(const std::string& who, const std::string& path) {
        const auto library = read_shared_library(path);
        if (!library) return add(who, "all that it does, since its file cannot be understood");
        if (!is_instrumented(*library)) {
            add(who,
                "its accesses to shared memory, since it was compiled without "
                "-fsanitize=thread");
        } else if (!library->unseen_sources.empty()) {
            add(who, fmt::format("accesses to shared memory in {}, compiled without "
                                 "-fsanitize=thread",
                                 listed(library->unseen_sources)));
        }
        if (const auto calls = unseen_calls_of(*library); !calls.empty())
            add(who, fmt::format("its calls of {}, which Stagger does not know",
                                 fmt::join(calls, ", ")));
        for (const std::string& needed : library->needs) {
            if (is_runtime(needed) || !seen_.insert(needed).second) continue;
            const std::string brought = fmt::format("library {} of {}", needed, who);
            if (const auto file = find(needed, *library))
                look_at(brought, *file);
            else
                add(brought, "all that it does, since it is not where its user says");
        }
    }

    std::vector<std::string> found;

private:
    void add(const std::string& who, const std::string& what) {
        found.push_back(fmt::format("{}: {}", who, what));
    }

    // What a system has in its own folders was not compiled for this.
    static std::optional<std::string> find(const std::string& needed, const SharedLibrary& by) {
        for (const std::string& folder : by.folders) {
            const std::filesystem::path file = std::filesystem::path(folder) / needed;
            std::error_code error;
            if (std::filesystem::exists(file, error)) return file.string();
        }
        return std::nullopt;
    }

    std::set<std::string> seen_;
};

}  // namespace

bool shares_memory(Pool& pool) {
    const backend::Layout& layout = pool.layout();
    std::set<std::uint32_t> processes;
    for (std::size_t i = 0; i < layout.tasks.size(); ++i) {
        const bool second_thread = !processes.insert(layout.tasks[i].process).second;
        if (second_thread) return true;
        const int pid = pool.segment().tasks[i].pid;
        std::ifstream maps(fmt::format("/proc/{}/maps", pid));
        if (pid == 0 || !maps) return true;  // it is gone: who knows
        for (std::string line; std::getline(maps, line);)
            if (is_shared_memory(line)) return true;
    }
    return false;
}

std::vector<std::string> out_of_sight_in(const std::string& name, const std::string& path) {
    Search search;
    search.look_at("backend " + name, path);
    return std::move(search.found);
}

std::vector<std::string> out_of_sight_backends(const spec::Case& spec_case,
                                               const CampaignOptions& options) {
    std::vector<std::string> out_of_sight;
    for (const std::string& name : spec::backends_of(spec_case)) {
        const auto path = backend::locate(name, options.plugin_paths);
        if (!path) continue;
        for (std::string& what : out_of_sight_in(name, *path))
            out_of_sight.push_back(std::move(what));
    }
    return out_of_sight;
}

}  // namespace stagger::engine
