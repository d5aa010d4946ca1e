// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "harness/base/check.hpp"
#include "harness/check/models/model.hpp"

namespace stagger::check {

namespace {

const std::array<const Model*, STAGGER_TYPE_COUNT> kModels = {
    &models::kRegister,  &models::kList,  &models::kMap,       &models::kQueue,  &models::kMutex,
    &models::kSemaphore, &models::kEvent, &models::kCondition, &models::kBarrier};

}  // namespace

const Model& model_of(ObjectType type) {
    const Model& model = *kModels[static_cast<std::size_t>(type)];
    STAGGER_CHECK(model.type == type);
    return model;
}

bool writes(Operation operation) {
    switch (operation) {
        case Operation::Load:
        case Operation::Read:
        case Operation::Get:
        case Operation::Size:
        case Operation::EventWait:
        case Operation::Snapshot:
            return false;
        default:
            return true;
    }
}

}  // namespace stagger::check
