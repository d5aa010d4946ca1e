// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/watch.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <fmt/format.h>

#include "harness/base/ending_signals.hpp"
#include "harness/cli/signals.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr int kMostLinks = 40;  // path_resolution(7)

// A compiler writes one library after the other, an editor several files: what follows within this
// time belongs to the same change. Not for ever, though, or a log beside a spec would stop us.
constexpr timespec kSettled{0, 100'000'000};
constexpr int kMostRounds = 50;

std::string folder_of(const fs::path& file) {
    const std::string folder = file.parent_path().string();
    return folder.empty() ? "." : folder;
}

// What is made is written yet, and told of again then; but a link is whole from its birth.
bool is_link(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    return fs::is_symlink(status) ||
           (fs::is_regular_file(status) && fs::hard_link_count(file, error) > 1);
}

// Keeps Ctrl-C from coming between a look at the flag and the sleep: it comes during ppoll alone.
class SignalsHeld {
public:
    SignalsHeld() {
        sigset_t held;
        sigemptyset(&held);
        for (const int signal : kEndingSignals) sigaddset(&held, signal);
        pthread_sigmask(SIG_BLOCK, &held, &before_);
    }
    ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

    const sigset_t& before() const { return before_; }

private:
    sigset_t before_{};
};

}  // namespace

Watch::Watch(Watch&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      folders_(std::move(other.folders_)),
      files_(std::move(other.files_)) {}

Watch::~Watch() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<Watch> Watch::open(const std::vector<std::string>& files,
                          const std::vector<std::string>& folders) {
    Watch watch;
    watch.descriptor_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch.descriptor_ < 0)
        return Error{fmt::format("--watch: inotify cannot be used: {}.", std::strerror(errno))};
    watch.files_ = files;
    for (const std::string& file : files) {
        STAGGER_TRY([[maybe_unused]] const Ok followed, watch.follow(file));
    }
    for (const std::string& folder : folders) {
        std::error_code error;
        if (!fs::is_directory(folder, error)) continue;
        STAGGER_TRY([[maybe_unused]] const Ok own, watch.add(folder, ""));
    }
    return watch;
}

Status Watch::add(const std::string& folder, const std::string& name) {
    const int number = inotify_add_watch(descriptor_, folder.c_str(), kEvents | IN_ONLYDIR);
    if (number < 0)
        return Error{
            fmt::format("--watch: {} cannot be watched: {}.", folder, std::strerror(errno))};
    Folder& watched = folders_[number];  // the same number if it is the same folder
    if (watched.path.empty()) watched.path = folder;
    if (name.empty())
        watched.libraries = true;
    else
        watched.names.insert(name);
    return Ok{};
}

Status Watch::follow(const std::string& file) {
    fs::path path(file);
    for (int i = 0; i < kMostLinks; ++i) {
        STAGGER_TRY([[maybe_unused]] const Ok own, add(folder_of(path), path.filename()));
        std::error_code error;
        if (!fs::is_symlink(path, error)) break;
        path = path.parent_path() / fs::read_symlink(path, error);
    }
    return Ok{};
}

Result<std::string> Watch::take_events() {
    alignas(inotify_event) char buffer[16 * (sizeof(inotify_event) + NAME_MAX + 1)];
    std::string changed;
    for (;;) {
        const ssize_t size = read(descriptor_, buffer, sizeof buffer);
        if (size <= 0) return changed;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
            at += static_cast<ssize_t>(sizeof *event + event->len);
            // More happened than the kernel kept: some of it may be ours.
            if (event->mask & IN_Q_OVERFLOW) changed = "more than could be followed";
            const auto folder = folders_.find(event->wd);
            if (folder == folders_.end()) continue;
            if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
                return Error{fmt::format("--watch: the folder {} is gone.", folder->second.path)};
            const std::string name = event->len > 0 ? event->name : "";
            const bool made = (event->mask & IN_CREATE) != 0;
            if (made && !is_link(fs::path(folder->second.path) / name)) continue;
            const bool library = folder->second.libraries && name.ends_with(".so");
            if (library || folder->second.names.contains(name)) changed = name;
        }
    }
}

Result<std::string> Watch::wait() {
    const SignalsHeld held;
    std::string changed;
    for (int round = 0; !cancelled().load();) {
        pollfd events{descriptor_, POLLIN, 0};
        const bool settling = !changed.empty();
        const int ready = ppoll(&events, 1, settling ? &kSettled : nullptr, &held.before());
        if (ready < 0 && errno != EINTR)
            return Error{fmt::format("--watch: {}.", std::strerror(errno))};
        if (settling && (ready == 0 || ++round > kMostRounds)) break;
        if (ready <= 0) continue;
        STAGGER_TRY(const std::string more, take_events());
        if (!more.empty()) changed = more;
    }
    if (cancelled().load()) return std::string();
    // A link may lead elsewhere by now; a folder on its way that is not there is no reason to end.
    for (const std::string& file : files_) (void)follow(file);
    return changed;
}

}  // namespace stagger::cli
