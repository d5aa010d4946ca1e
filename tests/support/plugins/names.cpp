// SPDX-License-Identifier: Apache-2.0
//
// A register only by its interface: `add` of a number makes the call of that number on a few names
// that all share, and gives what the call returned. So that a scenario can be drawn from calls.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

// The names, and the socket that this process has bound.
struct Place {
    std::string a, b, folder, inside, hidden;
    int bound = -1;
};

std::int64_t outcome(int result) {
    return result == -1 ? -errno : 0;
}

std::int64_t opened(const std::string& path, int flags) {
    const int file = open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (file == -1) return -errno;
    struct stat status {};
    const std::int64_t size = fstat(file, &status) == 0 ? status.st_size : -1;
    if ((flags & O_ACCMODE) == O_WRONLY && write(file, "x", 1) != 1) return -2;
    close(file);
    return size;
}

std::int64_t size_at(const std::string& path, bool follow) {
    struct stat status {};
    const int result = follow ? stat(path.c_str(), &status) : lstat(path.c_str(), &status);
    return result == -1 ? -errno : S_ISLNK(status.st_mode) ? 1000 : status.st_size % 1000;
}

std::int64_t names_in(const std::string& path) {
    DIR* folder = opendir(path.c_str());
    if (folder == nullptr) return -errno;
    std::int64_t count = 0;
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
    return count;
}

struct Address {
    sockaddr_un name{};
    socklen_t size;

    explicit Address(const std::string& text)
        : size(static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size())) {
        name.sun_family = AF_UNIX;
        std::copy(text.begin(), text.end(), name.sun_path);
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

std::int64_t bind_at(Place& place, const std::string& text) {
    if (place.bound != -1) close(place.bound);
    place.bound = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const Address address(text);
    return outcome(bind(place.bound, address.get(), address.size));
}

std::int64_t send_to(const std::string& text) {
    const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const Address address(text);
    const auto sent = sendto(sender, "x", 1, MSG_DONTWAIT, address.get(), address.size);
    const std::int64_t result = sent == -1 ? -errno : sent;
    close(sender);
    return result;
}

std::int64_t close_bound(Place& place) {
    if (place.bound == -1) return -1;
    close(place.bound);
    place.bound = -1;
    return 0;
}

std::int64_t write_stream(const std::string& path) {
    std::ofstream stream(path);
    stream << "written" << std::flush;
    return stream.good() ? 0 : -1;
}

std::int64_t append_to(const std::string& path) {
    const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file == -1) return -errno;
    const std::int64_t result = write(file, "z", 1);
    close(file);
    return result;
}

// While it is open, it may get another name.
std::int64_t size_of_open(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    const std::int64_t size = fstat(file, &status) == -1 ? -errno : status.st_size;
    close(file);
    return size;
}

std::int64_t call(Place& place, std::int64_t number) {
    const char* a = place.a.c_str();
    const char* b = place.b.c_str();
    const char* folder = place.folder.c_str();
    char target[256];
    switch (number) {
        case 0:
            return opened(place.a, O_RDONLY);
        case 1:
            return opened(place.a, O_WRONLY | O_CREAT | O_EXCL);
        case 2:
            return opened(place.b, O_WRONLY | O_CREAT | O_TRUNC);
        case 3:
            return opened(place.b, O_WRONLY | O_APPEND);
        case 4:
            return outcome(unlink(a));
        case 5:
            return outcome(unlink(b));
        case 6:
            return outcome(rename(a, b));
        case 7:
            return outcome(rename(b, a));
        case 8:
            return outcome(link(a, b));
        case 9:
            return outcome(symlink(a, b));
        case 10:
            return outcome(mkdir(folder, 0700));
        case 11:
            return outcome(rmdir(folder));
        case 12:
            return opened(place.inside, O_WRONLY | O_CREAT);
        case 13:
            return outcome(unlink(place.inside.c_str()));
        case 14:
            return outcome(access(a, F_OK));
        case 15:
            return size_at(place.b, true);
        case 16:
            return size_at(place.b, false);
        case 17:
            return names_in(place.folder);
        case 18:
            return outcome(static_cast<int>(readlink(b, target, sizeof target)));
        case 19:
            return outcome(truncate(a, 5));
        case 20:
            return bind_at(place, place.hidden);
        case 21:
            return send_to(place.hidden);
        case 22:
            return close_bound(place);
        case 23:
            return bind_at(place, place.b);
        case 24:
            return send_to(place.b);
        case 25:
            return write_stream(place.a);
        case 26:
            return outcome(rename(folder, a));
        case 27:
            return size_at(place.inside, true);
        case 28:
            return size_of_open(place.inside);
        case 29:
            rename(folder, a);
            return append_to(place.a + "/x");
        default:
            throw plugin::Failure("there is no such call");
    }
}

class Caller : public plugin::Register {
public:
    explicit Caller(Place place) : place_(std::move(place)) {}
    ~Caller() override { close_bound(place_); }

    std::string load() override { return wire::encode_integer(0); }
    void store(std::string_view) override {}
    std::string swap(std::string_view) override { return wire::encode_integer(0); }
    bool cas(std::string_view, std::string_view) override { return false; }
    std::string add(std::string_view number) override {
        return wire::encode_integer(call(place_, wire::decode_integer(number).value_or(-1)));
    }

    void reset() { close_bound(place_); }

private:
    Place place_;
};

class Callers : public plugin::ObjectPeer {
public:
    Callers(Objects objects, Caller& caller)
        : plugin::ObjectPeer(std::move(objects)), caller_(caller) {}
    void reset() override { caller_.reset(); }

private:
    Caller& caller_;
};

class Names : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"names", "calls on names of files", {plugin::kAllOperations[STAGGER_REGISTER]}};
    }

    explicit Names(const plugin::Config& config)
        : place_{config.path("a"), config.path("b"), config.path("d"), config.path("d") + "/x",
                 std::string(1, '\0') + config.prefix()},
          there_(wire::decode_integer(config.objects().at(0).initial).value_or(0)) {
        Names::reset_shared();
    }
    ~Names() override {
        there_ = 0;
        Names::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        auto caller = std::make_unique<Caller>(place_);
        Caller& alone = *caller;
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::move(caller));
        return std::make_unique<Callers>(std::move(objects), alone);
    }

    void reset_shared() override {
        for (const std::string& folder : {place_.folder, place_.a}) {
            unlink((folder + "/x").c_str());
            rmdir(folder.c_str());
        }
        unlink(place_.a.c_str());
        unlink(place_.b.c_str());
        if ((there_ & 1) != 0) opened(place_.a, O_WRONLY | O_CREAT);
        if ((there_ & 2) != 0) opened(place_.b, O_WRONLY | O_CREAT);
        if ((there_ & 4) != 0) mkdir(place_.folder.c_str(), 0700);
        if ((there_ & 8) != 0) opened(place_.inside, O_WRONLY | O_CREAT);
    }

private:
    const Place place_;
    std::int64_t there_;  // what is there from the beginning: the object's initial value, by bits
};

}  // namespace

STAGGER_BACKEND(Names)
