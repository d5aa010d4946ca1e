// SPDX-License-Identifier: Apache-2.0
#include "harness/backend/host_table.hpp"

namespace stagger::backend {
namespace {

thread_local std::string result;
thread_local std::string failure;

void set_result(const char* data, std::size_t size) {
    result.assign(data, size);
}

void fail(const char* message) {
    failure = message != nullptr ? message : "";
}

}  // namespace

const stagger_host& host_table(void (*point)(const char* label)) {
    static const stagger_host table = {STAGGER_ABI_VERSION, sizeof(stagger_host), set_result, fail,
                                       point};
    return table;
}

void clear_answers() {
    for (std::string* answer : {&result, &failure}) {
        answer->clear();
        answer->reserve(kBeyondTheObject);
    }
}

const std::string& result_bytes() {
    return result;
}

std::string failure_or(const std::string& otherwise) {
    return failure.empty() ? otherwise : failure;
}

}  // namespace stagger::backend
