// SPDX-License-Identifier: Apache-2.0
//
// A complete backend as a user would write it: registers and lists kept in files, one per object,
// each operation under the file's lock. It passes the conformance suite for these types.
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stagger/lists.hpp>
#include <stagger/objects.hpp>

namespace {

using namespace stagger;

// An object's content, open and locked for one operation.
class OpenFile {
public:
    explicit OpenFile(const std::string& path)
        : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        if (file_ == -1) plugin::fail_system("open of " + path, errno);
        while (flock(file_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~OpenFile() { close(file_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::string read() const {
        std::string content(static_cast<std::size_t>(lseek(file_, 0, SEEK_END)), '\0');
        if (pread(file_, content.data(), content.size(), 0) < 0)
            plugin::fail_system("pread", errno);
        return content;
    }
    void write(std::string_view content) const {
        if (ftruncate(file_, 0) != 0 || pwrite(file_, content.data(), content.size(), 0) < 0)
            plugin::fail_system("pwrite", errno);
    }

private:
    int file_;
};

class FileRegister : public plugin::Register {
public:
    explicit FileRegister(std::string path) : path_(std::move(path)) {}

    std::string load() override { return OpenFile(path_).read(); }
    void store(std::string_view value) override { OpenFile(path_).write(value); }
    std::string swap(std::string_view value) override {
        const OpenFile file(path_);
        std::string old = file.read();
        file.write(value);
        return old;
    }
    std::string add(std::string_view value) override {
        const OpenFile file(path_);
        std::string old = file.read();
        const auto sum = wire::add(old, value);
        if (!sum) throw plugin::Failure("add needs two numbers");
        file.write(*sum);
        return old;
    }
    bool cas(std::string_view expected, std::string_view value) override {
        const OpenFile file(path_);
        if (file.read() != expected) return false;
        file.write(value);
        return true;
    }

private:
    const std::string path_;
};

class FileList : public plugin::List {
public:
    explicit FileList(std::string path) : path_(std::move(path)) {}

    void append(std::string_view value) override {
        const OpenFile file(path_);
        file.write(plugin::appended(file.read(), value));
    }
    plugin::Reply pop() override {
        const OpenFile file(path_);
        std::string list = file.read();
        plugin::Reply reply = plugin::popped(list);
        file.write(list);
        return reply;
    }
    std::string read() override { return OpenFile(path_).read(); }

private:
    const std::string path_;
};

class FileBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"sample_file",
                "registers and lists in files",
                {plugin::kAllOperations[STAGGER_REGISTER], plugin::kAllOperations[STAGGER_LIST]}};
    }

    explicit FileBackend(const plugin::Config& config)
        : objects_(config.objects()), prefix_(config.path("")) {
        FileBackend::reset_shared();
    }
    ~FileBackend() override {
        for (std::size_t i = 0; i < objects_.size(); ++i) unlink(path(i).c_str());
    }

    void reset_shared() override {
        for (std::size_t i = 0; i < objects_.size(); ++i)
            OpenFile(path(i)).write(objects_[i].initial);
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            if (objects_[i].type == STAGGER_REGISTER)
                objects.push_back(std::make_unique<FileRegister>(path(i)));
            else
                objects.push_back(std::make_unique<FileList>(path(i)));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }

private:
    std::string path(std::size_t object) const { return prefix_ + std::to_string(object); }

    const std::vector<plugin::ObjectSpec> objects_;
    const std::string prefix_;
};

}  // namespace

STAGGER_BACKEND(FileBackend)
