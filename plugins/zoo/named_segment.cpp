// SPDX-License-Identifier: Apache-2.0
//
// A register in POSIX shared memory that its first user creates under a name and others open. The
// name is there before the memory is: between shm_open and ftruncate the segment has size 0, and
// who maps it then is killed by SIGBUS at its first look. Reported in
// https://github.com/dimensionalOS/dimos/issues/3671 and
// https://github.com/triton-inference-server/python_backend/pull/205 . Fixed by giving the segment
// its name only when it is complete (`publish = complete`), or by waiting until it has its size
// (`attach = waits`).
//
// Whoever finds no segment makes one. Of several who look at the same time one succeeds, and to the
// others the name is taken. Reported in https://github.com/eclipse-iceoryx/iceoryx2/issues/108 and
// https://github.com/boostorg/interprocess/issues/151 . Fixed by opening again (`taken = opens`).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include <atomic>
#include <cstdio>

#include <stagger/objects.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/local.hpp"

namespace {

using namespace stagger;

enum class Publish : std::uint8_t { AtOnce, Complete };
enum class Attach : std::uint8_t { AtOnce, Waits };
enum class Taken : std::uint8_t { Fails, Opens };

struct Ways {
    Publish publish;
    Attach attach;
    Taken taken;
};

using Number = std::atomic<std::int64_t>;

// Linux keeps what shm_open makes in this folder.
std::string path_of(const std::string& name) {
    return "/dev/shm" + name;
}

class Segment {
public:
    Segment() = default;
    explicit Segment(const zoo::Descriptor& file)
        : memory_(
              mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0)) {
        if (memory_ == MAP_FAILED) plugin::fail_system("mmap", errno);
    }
    Segment(Segment&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
    Segment& operator=(Segment&& other) noexcept {
        std::swap(memory_, other.memory_);
        return *this;
    }
    ~Segment() {
        if (memory_ != nullptr) munmap(memory_, sizeof(Number));
    }

    bool is_open() const { return memory_ != nullptr; }
    Number& number() const { return *static_cast<Number*>(memory_); }

private:
    void* memory_ = nullptr;
};

class NamedSegment : public plugin::Register, public zoo::Local {
public:
    NamedSegment(std::string name, std::uint32_t process, Ways ways)
        : name_(std::move(name)), own_name_(name_ + "-" + std::to_string(process)), ways_(ways) {}

    // 0 as long as nobody has created it.
    std::string load() override {
        if (!segment_.is_open()) segment_ = open_existing();
        return wire::encode_integer(segment_.is_open() ? segment_.number().load() : 0);
    }
    void store(std::string_view value) override {
        open_or_create();
        segment_.number() = wire::decode_integer(value).value_or(0);
    }
    void reset() override { segment_ = Segment(); }

private:
    void open_or_create() {
        while (!segment_.is_open()) {
            segment_ = open_existing();
            if (segment_.is_open()) return;
            segment_ = create();
            if (!segment_.is_open() && ways_.taken == Taken::Fails)
                plugin::fail_system("shm_open of the new segment", EEXIST);
        }
    }

    Segment open_existing() const {
        const zoo::Descriptor file(shm_open(name_.c_str(), O_RDWR, 0600));
        if (!file.is_open() && errno == ENOENT) return {};
        if (!file.is_open()) plugin::fail_system("shm_open of the segment", errno);
        if (ways_.attach == Attach::Waits) await_size(file);
        return Segment(file);
    }
    static void await_size(const zoo::Descriptor& file) {
        struct stat status {};
        while (fstat(file.get(), &status) == 0 && status.st_size == 0) {
            const timespec moment = {0, 1'000'000};
            nanosleep(&moment, nullptr);
        }
    }

    // None if another has made it meanwhile.
    Segment create() const {
        const bool at_once = ways_.publish == Publish::AtOnce;
        const std::string made = at_once ? name_ : own_name_;
        const zoo::Descriptor file(shm_open(made.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
        if (!file.is_open() && errno == EEXIST) return {};
        if (!file.is_open()) plugin::fail_system("shm_open of the new segment", errno);
        if (ftruncate(file.get(), sizeof(Number)) != 0) plugin::fail_system("ftruncate", errno);
        if (at_once) return Segment(file);
        const bool ours = link(path_of(made).c_str(), path_of(name_).c_str()) == 0;
        shm_unlink(made.c_str());
        return ours ? Segment(file) : Segment();
    }

    const std::string name_;
    const std::string own_name_;  // until it is complete
    const Ways ways_;
    Segment segment_;
};

constexpr stagger_option kOptions[] = {
    {"publish", "at-once|complete", "at-once", "when a new segment gets its name"},
    {"attach", "at-once|waits", "at-once", "whether who opens it waits until it has its size"},
    {"taken", "fails|opens", "opens", "what who wanted to create it does when another has done so"},
    {nullptr, nullptr, nullptr, nullptr},
};

class NamedSegments : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_named_segment", "registers in named shared memory", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit NamedSegments(const plugin::Config& config)
        : ways_{config.choose<Publish>("publish", {"at-once", "complete"}),
                config.choose<Attach>("attach", {"at-once", "waits"}),
                config.choose<Taken>("taken", {"fails", "opens"})},
          prefix_("/" + config.prefix()),
          count_(config.objects().size()) {}
    ~NamedSegments() override { NamedSegments::reset_shared(); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        plugin::ObjectPeer::Objects objects;
        for (std::size_t i = 0; i < count_; ++i)
            objects.push_back(std::make_unique<NamedSegment>(name_of(i), process, ways_));
        return std::make_unique<zoo::LocalPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (std::size_t i = 0; i < count_; ++i) shm_unlink(name_of(i).c_str());
    }

private:
    std::string name_of(std::size_t object) const { return prefix_ + std::to_string(object); }

    const Ways ways_;
    const std::string prefix_;
    const std::size_t count_;
};

}  // namespace

STAGGER_BACKEND(NamedSegments)
