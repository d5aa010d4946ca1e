// SPDX-License-Identifier: Apache-2.0
//
// What an object holds at the start: what its scenario gives, or the neutral value of its type.
#pragma once

#include "harness/spec/scenario.hpp"

namespace stagger::worker {

// Register: 0; list and queue: []; map: {}; semaphore: 0; event: false; others: nil.
inline Value initial_value(const spec::Object& object) {
    if (!object.initial.is_nil()) return object.initial;
    switch (object.type) {
        case ObjectType::Register:
        case ObjectType::Semaphore:
            return Value(0);
        case ObjectType::List:
        case ObjectType::Queue:
            return Value(Value::List{});
        case ObjectType::Map:
            return Value(Value::Map{});
        case ObjectType::Event:
            return Value(false);
        default:
            return Value();
    }
}

}  // namespace stagger::worker
