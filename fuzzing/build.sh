#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the fuzz targets as OSS-Fuzz and its kind want them: $CC, $CXX, $CFLAGS, $CXXFLAGS and
# $LIB_FUZZING_ENGINE say how, $WORK is for what is in between, $OUT gets all that is needed to run.
# Without them: clang and its libFuzzer, into build/fuzzing.
#
# Only what runs in the engine's process is built with $CXXFLAGS. The worker and the backends are
# programs of their own, and see the tested code by themselves: the run-time library of a sanitizer
# would define what the worker's agent defines.
#
# STAGGER_PREBUILT=DIR takes them, and the static library of the target, from a build folder.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
: "${CC:=clang}" "${CXX:=clang++}"
: "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CFLAGS=-O1 -g -fsanitize=fuzzer-no-link}" "${CXXFLAGS=-O1 -g -fsanitize=fuzzer-no-link}"
: "${WORK:=$root/build/fuzzing/work}" "${OUT:=$root/build/fuzzing/out}"
mkdir -p "$WORK" "$OUT/plugins" "$OUT/lib"

# What is fuzzed: a name, a spec and a case that must hold. A known bug would be found at once.
targets=(
    "increment_shm specs/updates/increment.toml increment/shm/locked=true"
    "increment_pipe specs/updates/increment.toml increment/pipe/locked=true"
    "bank_shm specs/updates/bank.toml bank/shm/locked=true"
    "condition_queue specs/locks/condition.toml condition/queue/inside=true"
)

# build FOLDER TARGET...: with the flags that are in the environment.
build() {
    local folder=$1
    shift
    cmake -S "$root" -B "$folder" -G Ninja -DBUILD_TESTING=OFF -DSTAGGER_TARGET_ONLY=ON \
        -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" "${options[@]}"
    cmake --build "$folder" --target "$@"
}

if [[ -n "${STAGGER_PREBUILT:-}" ]]; then
    plain=$STAGGER_PREBUILT instrumented=$STAGGER_PREBUILT
else
    plain=$WORK/plain instrumented=$WORK/instrumented
    options=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath,\$ORIGIN/lib")
    (unset CFLAGS CXXFLAGS && build "$plain" stagger-worker plugins/all)
    # Such engines' clang may come with a C++ library of its own, which packaged ones do not fit.
    options=(-DCMAKE_BUILD_TYPE=None)
    export CFLAGS CXXFLAGS
    build "$instrumented" stagger_fuzz_target_library
fi

# The engine's and the compiler's flags may be several words each.
# shellcheck disable=SC2086
"$CXX" $CXXFLAGS -o "$WORK/stagger_fuzz_target" $LIB_FUZZING_ENGINE \
    "$instrumented/harness/fuzz/libstagger_fuzz_target.a" \
    -Wl,-rpath,'$ORIGIN/lib' -Wl,--as-needed -lfmt -llua5.4 -lpthread -ldl

cp "$plain/bin/stagger-worker" "$plain/bin/libstagger_agent.so" "$OUT/"
cp "$plain"/plugins/*.so "$OUT/plugins/"

# Libraries that a machine which only runs the targets may lack; never libc itself.
ldd "$WORK/stagger_fuzz_target" "$OUT/stagger-worker" |
    awk '/=> \// && $1 ~ /^lib(fmt|lua|stdc\+\+|gcc_s|c\+\+)/ { print $3 }' | sort -u |
    xargs -r cp -t "$OUT/lib"

for target in "${targets[@]}"; do
    read -r name spec case <<<"$target"
    cp "$WORK/stagger_fuzz_target" "$OUT/$name"
    cp "$root/$spec" "$OUT/$name.toml"
    echo "$case" >"$OUT/$name.case"
    printf '[libfuzzer]\nmax_len = 512\nlen_control = 0\nmutate_depth = 1\n' >"$OUT/$name.options"
done
