// SPDX-License-Identifier: Apache-2.0
//
// The 64-bit index of a lock-free queue on a machine with words of 32 bits: it is written in two
// halves. Where it crosses 2^32, a reader between the halves sees an index that is far off.
//
// Reported in https://github.com/eclipse-iceoryx/iceoryx2/issues/986 . Fixed by an index that the
// machine writes in one piece. What a compiler for such a machine makes of the index is spelt out
// here, so that it can be seen on any.
#include <atomic>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Word : std::uint8_t { Half, Whole };

struct Index {
    std::atomic<std::uint64_t> whole;
    std::atomic<std::uint32_t> low, high;
};

class IndexRegister : public plugin::Register {
public:
    IndexRegister(Index& index, Word word) : index_(index), word_(word) {}

    void store(std::string_view value) override {
        const auto number = wire::decode_integer(value);
        if (!number) throw plugin::Failure("an index is a whole number");
        const auto bits = static_cast<std::uint64_t>(*number);
        if (word_ == Word::Whole) return index_.whole.store(bits);
        index_.low.store(static_cast<std::uint32_t>(bits));
        index_.high.store(static_cast<std::uint32_t>(bits >> 32));
    }

    std::string load() override { return wire::encode_integer(static_cast<std::int64_t>(bits())); }

private:
    std::uint64_t bits() const {
        if (word_ == Word::Whole) return index_.whole.load();
        const std::uint64_t low = index_.low.load();
        return low | std::uint64_t{index_.high.load()} << 32;
    }

    Index& index_;
    const Word word_;
};

constexpr std::size_t kMostIndices = 16;

struct Indices {
    Index index[kMostIndices];
};

constexpr stagger_option kOptions[] = {
    {"word", "half|whole", "half", "how much of an index is written in one piece"},
    {nullptr, nullptr, nullptr, nullptr},
};

class WideIndices : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_wide_index", "64-bit numbers on a machine of 32 bits", {}, kOptions};
        about.operations[STAGGER_REGISTER] =
            plugin::operation_bits({STAGGER_LOAD, STAGGER_STORE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit WideIndices(const plugin::Config& config)
        : objects_(config.objects()), word_(config.choose<Word>("word", {"half", "whole"})) {
        if (objects_.size() > kMostIndices) throw plugin::Failure("there are at most 16 indices");
        WideIndices::reset_shared();
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects indices;
        for (std::size_t i = 0; i < objects_.size(); ++i)
            indices.push_back(std::make_unique<IndexRegister>(indices_->index[i], word_));
        return std::make_unique<plugin::ObjectPeer>(std::move(indices));
    }

    void reset_shared() override {
        indices_.clear();
        for (std::size_t i = 0; i < objects_.size(); ++i)
            IndexRegister(indices_->index[i], word_).store(objects_[i].initial);
    }

private:
    const std::vector<plugin::ObjectSpec> objects_;
    const Word word_;
    zoo::Shared<Indices> indices_;
};

}  // namespace

STAGGER_BACKEND(WideIndices)
