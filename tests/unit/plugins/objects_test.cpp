// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <stagger/objects.hpp>

namespace stagger::plugin {
namespace {

class PlainQueue : public Queue {};
class PlainMap : public Map {};
class PlainMutex : public Mutex {};

class ShownQueue : public Queue {
public:
    std::string snapshot() override { return wire::encode_list(std::vector<std::string>()); }
};

template <typename Shown>
Reply snapshot_of() {
    ObjectPeer::Objects objects;
    objects.push_back(std::make_unique<Shown>());
    ObjectPeer peer(std::move(objects));
    stagger_call call{};
    call.operation = STAGGER_SNAPSHOT;
    return peer.invoke(Call(call));
}

TEST(Snapshot, OfWhatHasAContentIsUnsupportedWhereNobodySaysHowAndNotNil) {
    EXPECT_EQ(snapshot_of<PlainQueue>().status, STAGGER_UNSUPPORTED);
    EXPECT_EQ(snapshot_of<PlainMap>().status, STAGGER_UNSUPPORTED);
}

TEST(Snapshot, OfALockIsNilAndOfAQueueThatShowsItsContentThat) {
    EXPECT_EQ(snapshot_of<PlainMutex>().status, STAGGER_OK);
    EXPECT_EQ(snapshot_of<PlainMutex>().result, wire::encode_nil());
    EXPECT_EQ(snapshot_of<ShownQueue>().result, wire::encode_list(std::vector<std::string>()));
}

}  // namespace
}  // namespace stagger::plugin
