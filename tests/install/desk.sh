# SPDX-License-Identifier: Apache-2.0
#
# For the tests of this folder, which source it: an empty folder of the test's own as the current
# one, removed at its end, and words to say what must be so.
set -euo pipefail
export LC_ALL=C.UTF-8
unset STAGGER_PLUGIN_PATH GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX TEST_TOTAL_SHARDS TEST_SHARD_INDEX
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
cd "$desk"

fail() {
    echo "FAILED: $*"
    [[ ! -s "$desk/out" ]] || { echo "---- output"; cat "$desk/out"; }
    exit 1
}

# run COMMAND...: leaves the exit code in `code`, all output in $desk/out.
run() {
    code=0
    "$@" >"$desk/out" 2>&1 || code=$?
}

# ends WITH-CODE COMMAND...
ends() {
    local wanted=$1
    shift
    run "$@"
    [[ $code -eq $wanted ]] || fail "'$*' ends with $code, not with $wanted"
}

# says TEXT: as what was run last wrote it.
says() { grep -qF -- "$1" "$desk/out" || fail "it does not say: $1"; }
never_says() { ! grep -qF -- "$1" "$desk/out" || fail "it says: $1"; }

# equal WHAT IS WANTED
equal() { [[ $2 == "$3" ]] || fail "$1 is '$2', not '$3'"; }
