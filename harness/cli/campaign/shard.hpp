// SPDX-License-Identifier: Apache-2.0
//
// One gate on many machines: each runs its share of the jobs. Used by the gate before anything
// runs. Which share a job is in depends on its place among all jobs only, so that the shards of one
// tree are together all of it, each job once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/cli/campaign/specs.hpp"

namespace stagger::cli {

using Environment = std::function<const char*(const char* name)>;  // as getenv

// What --shard says, else what a test runner says in the environment: GoogleTest's variables
// (https://google.github.io/googletest/advanced.html) or Bazel's
// (https://bazel.build/reference/test-encyclopedia). Nothing: all jobs.
Result<std::optional<Shard>> shard_of(const Options&, const Environment&);

void keep_shard(std::vector<Job>&, const Shard&);

}  // namespace stagger::cli
