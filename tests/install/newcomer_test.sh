#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A newcomer's first hour, as a machine walks it: from an empty folder and an installed Stagger to a
# backend of one's own that is built, gated, broken, found broken, replayed, fixed and gated again.
# Every command is one that the program itself, or the README that it made, names. The time that it
# takes is printed. usage: newcomer_test.sh BUILD-FOLDER
source "$(dirname "$0")/desk.sh"
build=$1
home="$desk/prefix"
cmake --install "$build" --prefix "$home" >/dev/null
export PATH="$home/bin:$PATH" CMAKE_PREFIX_PATH="$home"
mkdir "my work"
cd "my work"

SECONDS=0
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

step "stagger new backend"
ends 0 stagger new backend my_queue
says "cd my_queue"
says "cmake -S . -B build && cmake --build build && ctest --test-dir build"
cd my_queue

step "build"
ends 0 cmake -S . -B build
ends 0 cmake --build build

step "gate"
ends 0 ctest --test-dir build --no-tests=error --output-on-failure
says "100% tests passed"
ends 0 stagger list backends --plugin build/backends
says "my_queue"

step "break it"
cp my_queue.cpp right.cpp
# As its README says: `take` without its lock.
sed -i '/plugin::Reply take/,/^    }/{/^        \(un\)\?lock();/d}' my_queue.cpp
equal "the lines taken out" "$(diff right.cpp my_queue.cpp | grep -c '^<')" 2
ends 0 cmake --build build

step "find it"
ends 8 ctest --test-dir build --output-on-failure
says "the delays that matter"
replay=$(sed -n 's/^  replay it:  //p' "$desk/out" | head -1)
[[ $replay == "stagger replay "* ]] || fail "it does not say how to replay"

step "replay it"
ends 1 sh -c "$replay"
says "20 of 20"

step "fix it"
cp right.cpp my_queue.cpp
ends 0 cmake --build build
# 2: the schedule no longer fits, since tasks now wait where they went on.
run sh -c "$replay --times 1"
[[ $code -eq 0 || $code -eq 2 ]] || fail "the replay ends with $code"
says "The violation is not there"

step "gate again"
ends 0 ctest --test-dir build --no-tests=error
says "100% tests passed"
step "done"
