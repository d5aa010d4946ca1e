#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A project of somebody else, examples/letterbox, built against the installed package: its cases are
# CTest tests, its GoogleTest expectations run, and both say what is wrong when something is.
# usage: project_test.sh BUILD-FOLDER
source "$(dirname "$0")/desk.sh"
build=$1
home="$desk/ein Präfix"
cmake --install "$build" --prefix "$home" >/dev/null
cp -r "$home/share/stagger/examples/letterbox" "mon projet ☃"
cd "mon projet ☃"

# --- builds and passes
ends 0 cmake -S . -B build -G Ninja -DCMAKE_PREFIX_PATH="$home"
ends 0 cmake --build build
ends 0 ctest --test-dir build --no-tests=error -j2
for test in delivery/letterbox delivery/letterbox/recheck=off full/letterbox/posters=2 \
    Letterbox.DeliversEachLetterOnce; do
    says ": $test "
done
says "100% tests passed, 0 tests failed out of 7"
ends 0 ctest --test-dir build -N -L known-bug
says "Total Tests: 1"
equal "what the backend exports" "$(nm -D --defined-only build/backends/letterbox.so | cut -d' ' -f3)" \
    stagger_backend_entry
! readelf -d build/backends/letterbox.so | grep -i tsan || fail "TSan's library is linked"

# --- an edited spec, a new one, a wrong one: without configuring again
sed -i 's/\[2, 3\]/[2, 3, 5]/' specs/full.toml
sed 's/"delivery"/"again"/' specs/delivery.toml >specs/again.toml
sed 's/put =/putt =/; s/"delivery"/"wrong"/' specs/delivery.toml >specs/wrong.toml
ends 0 ctest --test-dir build -N
says ": full/letterbox/posters=5"
says ": again/letterbox/recheck=off"
ends 8 ctest --test-dir build --output-on-failure -R 'wrong|again'
says "specs/wrong.toml (Failed)"
says "did you mean"
rm specs/wrong.toml specs/again.toml

# --- a gate that would let everything through fails
sed -i 's/^stagger_add_gate.*/stagger_add_gate(specs FILTER nothing)/' CMakeLists.txt
ends 0 cmake -S . -B build
ends 8 ctest --test-dir build --output-on-failure -R 'stagger gate'
says "no case matches --filter 'nothing'"
sed -i 's/^stagger_add_gate.*/stagger_add_gate(specs PREFIX own. LABELS queue SEED today SCHEDULES 300 OUT out)/' CMakeLists.txt
ends 0 cmake -S . -B build
ends 0 ctest --test-dir build -L '^queue$' -V
says ": own.full/letterbox/posters=5"
says '"--schedules" "300"'
says "seed $(date -u +%Y%m%d)"
[[ -s build/out/index.md ]] || fail "OUT is not where findings go"
cp "$home/share/stagger/examples/letterbox/CMakeLists.txt" .
ends 0 cmake -S . -B build

# --- a case that its backend cannot carry is skipped, and is seen to be
sed 's/"delivery"/"elsewhere"/; s/backend = "letterbox"/backend = "careless"/; /known bug/,$d' \
    specs/delivery.toml >specs/elsewhere.toml
ends 0 ctest --test-dir build -R elsewhere
says "Skipped"
rm specs/elsewhere.toml

# --- each case is run by its id, whatever that is made of
cat >specs/odd.toml <<'END'
name = "odd"
[params]
text = ""
[objects]
n = { type = "register" }
[process.writer]
count = 2
steps = [{ store = "n", value = "text" }]
[[case]]
backend = "shm"
params = { text = ["[", "plain", "a;b", "]", 'a\b', "it's \"$HOME\"", "*"] }
END
ends 0 ctest --test-dir build -R '^odd/'
says "100% tests passed, 0 tests failed out of 7"
! grep -q Skipped "$desk/out" || fail "a case was not found by its id"
rm specs/odd.toml

# --- a bug in the library fails its cases, with the finding; so does a known one that is gone
sed -i 's/while (!letter && wait/if (!letter \&\& wait/; s/letter = recheck == .*/letter = true;/' letterbox.hpp
ends 0 cmake --build build
ends 8 ctest --test-dir build --output-on-failure
says "delivery/letterbox (Failed)"
says "replay it:  stagger replay"
says "Letterbox.DeliversEachLetterOnce (Failed)"
says "delivery does not hold"
equal "the findings that are shown" "$(grep -c 'the delays that matter' "$desk/out")" 2
cp "$home/share/stagger/examples/letterbox/letterbox.hpp" .
sed -i 's/letter = recheck == Recheck::Off ||/letter =/' letterbox.hpp
ends 0 cmake --build build
ends 8 ctest --test-dir build --output-on-failure -R 'recheck=off|ShowsWhat'
says "delivery/letterbox/recheck=off (Failed)"
says "expected to find duplicate-message"
says "delivery does not show duplicate-message"

# --- what is not there is said in a sentence
STAGGER_PROGRAM=/nowhere/stagger run build/letterbox_test
says "/nowhere/stagger cannot be started"
STAGGER_SPEC_PATH=/nowhere run build/letterbox_test
says 'there is no scenario "full" in /nowhere'
[[ $code -eq 1 ]] || fail "a missing spec is no failure"

# --- another version is refused
sed -i 's/stagger 0.1 REQUIRED/stagger 7.0 REQUIRED/' CMakeLists.txt
ends 1 cmake -S . -B other -G Ninja -DCMAKE_PREFIX_PATH="$home"
says 'compatible with requested version "7.0"'

# --- without CMake
export PKG_CONFIG_PATH="$home/share/pkgconfig"
equal "the version" "$(pkg-config --modversion stagger-backend)" "$("$home/bin/stagger" --version | cut -d' ' -f2)"
cp "$home/share/stagger/examples/letterbox/letterbox.hpp" .
mkdir by-hand
eval "g++ letterbox_backend.cpp $(pkg-config --cflags --libs stagger-backend) -o by-hand/letterbox.so"
! readelf -d by-hand/letterbox.so | grep -i tsan || fail "TSan's library is linked"
ends 0 "$home/bin/stagger" gate specs/delivery.toml --plugin by-hand --seed 1 --schedules 200
ends 0 "$home/bin/stagger" points specs/delivery.toml --plugin by-hand
says "letterbox"
