// SPDX-License-Identifier: Apache-2.0
//
// A backend whose registers are copied into shared memory in pieces with nothing to protect them:
// with a `size`, a reader sees parts of two values and says so.
#include <stagger/padding.hpp>

#include "tests/support/plugins/broken.hpp"

namespace {

using namespace stagger;

constexpr std::size_t kLargest = 4096;
constexpr std::size_t kPiece = 64;

struct Cell {
    std::uint32_t size;
    char bytes[kLargest];
};

class TornRegister : public plugin::Register {
public:
    TornRegister(Cell& cell, std::uint64_t value_size) : cell_(cell), value_size_(value_size) {}

    std::string load() override {
        std::string copy(cell_.size, '\0');
        for (std::size_t i = 0; i < copy.size(); i += kPiece)
            memcpy(copy.data() + i, cell_.bytes + i, std::min(kPiece, copy.size() - i));
        return std::string(plugin::unpad(copy, value_size_));
    }
    void store(std::string_view value) override {
        const std::string padded = plugin::pad(value, value_size_);
        if (padded.size() > kLargest) throw plugin::Failure("the value is too large");
        cell_.size = static_cast<std::uint32_t>(padded.size());
        for (std::size_t i = 0; i < padded.size(); i += kPiece)
            memcpy(cell_.bytes + i, padded.data() + i, std::min(kPiece, padded.size() - i));
    }

private:
    Cell& cell_;
    const std::uint64_t value_size_;
};

class Backend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"broken_torn", "tears values", broken::kRegistersOnly};
    }

    explicit Backend(const plugin::Config& config) : objects_(config.objects()) {
        void* memory =
            mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        cells_ = static_cast<Cell*>(memory);
        Backend::reset_shared();
    }
    ~Backend() override { munmap(cells_, size()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<plugin::ObjectPeer>(registers());
    }
    void reset_shared() override {
        const auto all = registers();
        for (std::size_t i = 0; i < all.size(); ++i)
            static_cast<TornRegister&>(*all[i]).store(objects_[i].initial);
    }

private:
    std::size_t size() const { return (objects_.size() + 1) * sizeof(Cell); }
    plugin::ObjectPeer::Objects registers() const {
        plugin::ObjectPeer::Objects all;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            all.push_back(std::make_unique<TornRegister>(cells_[i], objects_[i].value_size));
        return all;
    }

    const std::vector<plugin::ObjectSpec> objects_;
    Cell* cells_ = nullptr;
};

}  // namespace

STAGGER_BACKEND(Backend)
