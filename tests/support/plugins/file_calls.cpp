// SPDX-License-Identifier: Apache-2.0
//
// Registers of integers in a file, whose `add` is a load and a store by one of several calls: a
// lost update, if that call is seen. Compiled with STAGGER_OUT_OF_SIGHT, by calls that are not.
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <stagger/objects.hpp>

namespace {

using namespace stagger;

#ifdef STAGGER_OUT_OF_SIGHT
constexpr const char* kName = "unseen_calls";
constexpr const char* kHows = "process_vm";
#else
constexpr const char* kName = "file_calls";
constexpr const char* kHows = "pread|preadv|preadv2";
#endif

class Cell {
public:
    Cell(int file, off_t offset, std::int64_t* memory, const std::string& how)
        : file_(file), offset_(offset), memory_(memory), how_(how) {}

    std::int64_t load() const {
        std::int64_t value = 0;
        const iovec piece{&value, sizeof value};
        check(transfer(piece, false), "load");
        return value;
    }
    void store(std::int64_t value) const { check(transfer({&value, sizeof value}, true), "store"); }

private:
    static void check(ssize_t size, const char* what) {
        if (size != sizeof(std::int64_t)) plugin::fail_system(what, errno);
    }

    ssize_t transfer(const iovec& piece, bool writes) const {
#ifdef STAGGER_OUT_OF_SIGHT
        const iovec there{memory_, sizeof *memory_};
        return writes ? process_vm_writev(getpid(), &piece, 1, &there, 1, 0)
                      : process_vm_readv(getpid(), &piece, 1, &there, 1, 0);
#else
        if (how_ == "preadv")
            return writes ? pwritev(file_, &piece, 1, offset_) : preadv(file_, &piece, 1, offset_);
        if (how_ == "preadv2")
            return writes ? pwritev2(file_, &piece, 1, offset_, 0)
                          : preadv2(file_, &piece, 1, offset_, 0);
        return writes ? pwrite(file_, piece.iov_base, piece.iov_len, offset_)
                      : pread(file_, piece.iov_base, piece.iov_len, offset_);
#endif
    }

    [[maybe_unused]] int file_;
    [[maybe_unused]] off_t offset_;
    [[maybe_unused]] std::int64_t* memory_;
    std::string how_;
};

class Number : public plugin::Register {
public:
    explicit Number(const Cell& cell) : cell_(cell) {}

    std::string load() override { return wire::encode_integer(cell_.load()); }
    void store(std::string_view value) override { cell_.store(number(value)); }
    std::string add(std::string_view value) override {
        const std::int64_t old = cell_.load();
        cell_.store(old + number(value));
        return wire::encode_integer(old);
    }

private:
    static std::int64_t number(std::string_view value) {
        return wire::decode_integer(value).value_or(0);
    }

    Cell cell_;
};

class Numbers : public plugin::Backend {
public:
    static plugin::Description describe() {
        static constexpr stagger_option kOptions[] = {
            {"how", kHows, nullptr, "by which calls it is read and written"},
            {nullptr, nullptr, nullptr, nullptr}};
        plugin::Description about{kName, "registers by calls of one kind", {}};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_ADD, STAGGER_SNAPSHOT});
        about.options = kOptions;
        return about;
    }
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        return promise;
    }

    explicit Numbers(const plugin::Config& config)
        : objects_(config.objects()), path_(config.path("numbers")), how_(config.option("how")) {
        file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file_ == -1) plugin::fail_system("open of " + path_, errno);
        if (ftruncate(file_, kBytes) != 0) plugin::fail_system("ftruncate", errno);
        void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        memory_ = static_cast<std::int64_t*>(memory);
        Numbers::reset_shared();
    }
    ~Numbers() override {
        munmap(memory_, kBytes);
        close(file_);
        unlink(path_.c_str());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects numbers;
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            const auto offset = static_cast<off_t>(i * sizeof(std::int64_t));
            numbers.push_back(std::make_unique<Number>(Cell(file_, offset, memory_ + i, how_)));
        }
        return std::make_unique<plugin::ObjectPeer>(std::move(numbers));
    }
    void reset_shared() override {
        for (std::size_t i = 0; i < objects_.size(); ++i)
            memory_[i] = wire::decode_integer(objects_[i].initial).value_or(0);
    }

private:
    static constexpr std::size_t kBytes = 8192;

    const std::vector<plugin::ObjectSpec> objects_;
    const std::string path_, how_;
    int file_ = -1;
    std::int64_t* memory_ = nullptr;
};

}  // namespace

STAGGER_BACKEND(Numbers)
