// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/debugger/tracing.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace stagger::cli {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Tracing, ThatYamaForbidsIsToldFromWhatASandboxForbids) {
    const Obstacle root_only = obstacle_of(EPERM, "2");
    EXPECT_TRUE(contains(root_only.why, "ptrace_scope is 2")) << root_only.why;
    EXPECT_TRUE(contains(root_only.remedy, "sysctl kernel.yama.ptrace_scope=1"));
    const Obstacle nobody = obstacle_of(EPERM, "3");
    EXPECT_TRUE(contains(nobody.why, "ptrace_scope is 3")) << nobody.why;
    // What only a restart undoes is not to be tried.
    EXPECT_FALSE(contains(nobody.remedy, "sysctl kernel")) << nobody.remedy;
    for (const char* scope : {"", "0", "1"}) {
        const Obstacle sandbox = obstacle_of(EPERM, scope);
        EXPECT_TRUE(contains(sandbox.why, "Operation not permitted")) << sandbox.why;
        EXPECT_TRUE(contains(sandbox.remedy, "--cap-add=SYS_PTRACE")) << sandbox.remedy;
    }
}

}  // namespace
}  // namespace stagger::cli
