#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests `./dev` on machines that are made of stand-ins: a folder as PATH whose tools only write down
# how they were called. usage: dev_test.sh PATH-OF-DEV
set -euo pipefail
dev=$(readlink -f "$1")
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

# stand_in NAME BODY: a program of the machine.
stand_in() {
    printf '#!/bin/bash\n%s\n' "$2" >"$desk/bin/$1"
    chmod +x "$desk/bin/$1"
}

# new_machine UID MISSING-PACKAGES: a Debian on which those packages are not installed yet.
new_machine() {
    rm -rf "${desk:?}"/*
    mkdir -p "$desk/bin" "$desk/tests/browser"
    echo '{}' >"$desk/tests/browser/package.json"
    echo lock >"$desk/tests/browser/package-lock.json"
    cp "$dev" "$desk/dev"
    : >"$desk/log"
    printf '%s\n' $2 >"$desk/missing"
    stand_in id "echo $1"
    for tool in bash env dirname readlink cat grep mkdir cp cmp; do
        stand_in "$tool" "exec $(command -v "$tool") \"\$@\""
    done
    stand_in dpkg-query "grep -qx -- \"\${!#}\" '$desk/missing' && exit 1; printf installed"
    stand_in apt-get "echo apt-get \"\$@\" >>'$desk/log'
        [[ \$1 == install ]] || exit 0
        for p; do left=\$(grep -vx -- \"\$p\" '$desk/missing'); echo \"\$left\" >'$desk/missing'; done"
    stand_in sudo "echo sudo >>'$desk/log'; exec \"\$@\""
    stand_in cmake "echo cmake \"\$@\" >>'$desk/log'"
    stand_in ctest "echo ctest \"\$@\" >>'$desk/log'"
    for tool in chromium node npm; do stand_in "$tool" "echo $tool \"\$@\" >>'$desk/log'"; done
}

# run ARGUMENTS: leaves the exit code in `code`, all output in $desk/out.
run() {
    code=0
    PATH="$desk/bin" /bin/bash "$desk/dev" "$@" >"$desk/out" 2>&1 || code=$?
}

expect() {
    local what=$1
    shift
    "$@" && return
    echo "FAILED: $what"
    echo "exit code $code"
    cat "$desk/out" "$desk/log"
    exit 1
}
says() { grep -q -- "$1" "$desk/out"; }
called() { grep -q -- "$1" "$desk/log"; }
never_called() { ! called "$1"; }
before() { [[ $(grep -n -- "$1" "$desk/log" | head -1 | cut -d: -f1) -lt $(grep -n -- "$2" "$desk/log" | head -1 | cut -d: -f1) ]]; }

new_machine 0 ""
run
expect "without arguments it lists its commands" says "gate \[ARGS\]"
run nonsense
expect "an unknown command is wrong usage" [ "$code" -eq 64 ]
run test -R increment
expect "a complete machine is left alone" never_called apt-get
expect "arguments go to ctest" called "ctest --preset release -R increment"

new_machine 0 "g++ libboost1.81-dev"
run test
expect "it says what it installs" says "installing libboost1.81-dev g++"
expect "Boost comes alone and first" before "install .* libboost1.81-dev$" "install .* g++$"
expect "root needs no sudo" never_called sudo
run test
expect "a second run installs nothing" [ "$(grep -c 'apt-get update' "$desk/log")" -eq 1 ]

new_machine 1000 "g++"
run test
expect "others go through sudo" before sudo "install .* g++$"

new_machine 1000 "g++"
rm "$desk/bin/sudo"
run test
expect "without root and sudo it gives up" [ "$code" -eq 3 ]
expect "and says what to do" says "apt-get install g++"
expect "and builds nothing" never_called cmake

new_machine 0 "g++"
rm "$desk/bin/apt-get"
run test
expect "elsewhere than on Debian it gives up" says "this is no Debian"
STAGGER_NO_SETUP=1 run test
expect "unless told that all is there" called "cmake --preset release"

new_machine 0 ""
run test
expect "what drives the browser comes from the lock file" called "npm ci"
expect "and its tests are built" called "STAGGER_BROWSER_TESTS=ON"
run test
expect "once" [ "$(grep -c 'npm ci' "$desk/log")" -eq 1 ]
run gate
expect "other commands want no browser" [ "$(grep -c 'BROWSER_TESTS' "$desk/log")" -eq 2 ]

new_machine 0 "nodejs npm chromium"
rm "$desk/bin/node"
run test
expect "Node is installed where there is none" called "install .*nodejs"
expect "and npm is left as it is" never_called "install .*npm"

new_machine 0 "chromium"
stand_in npm "exit 1"
run test
expect "without npm's registry it gives up" [ "$code" -eq 3 ]
expect "and says what to do" says "STAGGER_BROWSER_TESTS=OFF"
STAGGER_BROWSER_TESTS=OFF run test
expect "then the rest is tested" called "STAGGER_BROWSER_TESTS=OFF"

new_machine 0 ""
rm "$desk/bin/chromium"
STAGGER_NO_SETUP=1 run test
expect "where nothing is set up and no browser is there, that is said" says "left out"
expect "and the rest is tested" called "ctest"
