// SPDX-License-Identifier: Apache-2.0
//
// What the broken backends share: registers of integers in memory that all processes share by fork,
// which work. Each plugin then breaks one thing. For tests of whoever hosts backends.
#pragma once

#include <errno.h>
#include <sys/mman.h>

#include <stagger/objects.hpp>

namespace stagger::broken {

constexpr std::array<std::uint64_t, STAGGER_TYPE_COUNT> kRegistersOnly = {
    plugin::kAllOperations[STAGGER_REGISTER]};

// Correct but for what a derived class breaks.
class IntegerRegister : public plugin::Register {
public:
    explicit IntegerRegister(std::int64_t& cell) : cell_(cell) {}

    std::string load() override {
        return wire::encode_integer(__atomic_load_n(&cell_, __ATOMIC_SEQ_CST));
    }
    void store(std::string_view value) override {
        __atomic_store_n(&cell_, number(value), __ATOMIC_SEQ_CST);
    }
    std::string add(std::string_view value) override {
        return wire::encode_integer(__atomic_fetch_add(&cell_, number(value), __ATOMIC_SEQ_CST));
    }

protected:
    static std::int64_t number(std::string_view value) {
        const auto integer = wire::decode_integer(value);
        if (!integer) throw plugin::Failure("this backend holds integers only");
        return *integer;
    }

    std::int64_t& cell_;
};

// The case: one cell per object, in memory that the host maps before it forks.
template <typename RegisterType>
class SharedRegisters : public plugin::Backend {
public:
    static stagger_contract contract(const plugin::Config&) {
        stagger_contract promise{};
        promise.shared = 1;
        return promise;
    }

    explicit SharedRegisters(const plugin::Config& config) : objects_(config.objects()) {
        void* memory =
            mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) plugin::fail_system("mmap", errno);
        cells_ = static_cast<std::int64_t*>(memory);
        SharedRegisters::reset_shared();
    }
    ~SharedRegisters() override { munmap(cells_, size()); }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects registers;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            registers.push_back(std::make_unique<RegisterType>(cells_[i]));
        return std::make_unique<plugin::ObjectPeer>(std::move(registers));
    }
    void reset_shared() override {
        for (std::size_t i = 0; i < objects_.size(); ++i)
            cells_[i] = wire::decode_integer(objects_[i].initial).value_or(0);
    }

protected:
    std::int64_t* cells_ = nullptr;  // one more than objects

private:
    std::size_t size() const { return (objects_.size() + 1) * sizeof(std::int64_t); }

    const std::vector<plugin::ObjectSpec> objects_;
};

}  // namespace stagger::broken
