// SPDX-License-Identifier: Apache-2.0
//
// STAGGER_CHECK: an assertion that stays on in release builds. A failure is a bug of Stagger, so
// it prints where and why, and aborts. For every module but the agent, which may not print.
#pragma once

namespace stagger {

[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace stagger

#define STAGGER_CHECK(condition) \
    do { \
        if (!(condition)) ::stagger::check_failed(__FILE__, __LINE__, #condition); \
    } while (false)
