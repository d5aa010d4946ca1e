// SPDX-License-Identifier: Apache-2.0
//
// multiprocessing.Value of Python: a number in shared memory with a lock of its own. Each load and
// each store takes that lock, so `v.value += 1` looks safe; but it is a load and then a store, with
// the lock free in between.
//
// Reported in https://bugs.python.org/issue16998 , documented in
// http://hg.python.org/cpython/rev/11cafbe6519f . Fixed by `with v.get_lock():` around the whole.
#include <semaphore.h>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Hold : std::uint8_t { Each, Whole };

struct Cell {
    sem_t lock;
    std::int64_t value;
};

// The lock for as long as it lives.
class Locked {
public:
    explicit Locked(Cell& cell) : cell_(cell) {
        while (sem_wait(&cell_.lock) != 0 && errno == EINTR) {
        }
    }
    ~Locked() { sem_post(&cell_.lock); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    Cell& cell_;
};

std::int64_t decoded(std::string_view value) {
    const auto number = wire::decode_integer(value);
    if (!number) throw plugin::Failure("a value is a whole number");
    return *number;
}

class Value : public plugin::Register {
public:
    Value(Cell& cell, Hold hold) : cell_(cell), hold_(hold) {}

    std::string load() override {
        const Locked locked(cell_);
        return wire::encode_integer(cell_.value);
    }
    void store(std::string_view value) override {
        const Locked locked(cell_);
        cell_.value = decoded(value);
    }
    // v.value += n
    std::string add(std::string_view value) override {
        if (hold_ == Hold::Whole) {
            const Locked locked(cell_);
            const std::int64_t old = cell_.value;
            cell_.value = old + decoded(value);
            return wire::encode_integer(old);
        }
        std::string old = load();
        store(*wire::add(old, value));
        return old;
    }

private:
    Cell& cell_;
    const Hold hold_;
};

constexpr std::size_t kMostValues = 16;

struct Cells {
    Cell cell[kMostValues];
};

constexpr stagger_option kOptions[] = {
    {"hold", "each|whole", "each", "what of `add` is done without letting go of the lock"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Values : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_shared_value", "numbers in shared memory, each with a lock", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_ADD, STAGGER_SNAPSHOT});
        return about;
    }

    explicit Values(const plugin::Config& config)
        : objects_(config.objects()), hold_(config.choose<Hold>("hold", {"each", "whole"})) {
        if (objects_.size() > kMostValues) throw plugin::Failure("there are at most 16 values");
        Values::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects values;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            values.push_back(std::make_unique<Value>(cells_->cell[i], hold_));
        return std::make_unique<plugin::ObjectPeer>(std::move(values));
    }

    void reset_shared() override {
        cells_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            sem_init(&cells_->cell[i].lock, 1, 1);
            cells_->cell[i].value = decoded(objects_[i].initial);
        }
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Hold hold_;
    zoo::Shared<Cells> cells_;
};

}  // namespace

STAGGER_BACKEND(Values)
