// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "harness/base/check.hpp"
#include "harness/check/check.hpp"
#include "harness/check/models/model.hpp"

namespace stagger::check {

namespace {

const std::array<const Model*, STAGGER_TYPE_COUNT> kModels = {
    &model::kRegister,  &model::kList,  &model::kMap,       &model::kQueue,   &model::kMutex,
    &model::kSemaphore, &model::kEvent, &model::kCondition, &model::kBarrier, &model::kRwLock,
    &model::kStream,    &model::kTopic, &model::kRpc,       nullptr};

}  // namespace

const Model& model_of(ObjectType type) {
    const Model* model = find_model(type);
    STAGGER_CHECK(model != nullptr && model->type == type);
    return *model;
}

const Model* find_model(ObjectType type) {
    return kModels[static_cast<std::size_t>(type)];
}

std::vector<OracleInfo> models() {
    std::vector<OracleInfo> result;
    for (const Model* model : kModels)
        if (model != nullptr) result.push_back({name(model->type), model->summary});
    return result;
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
