#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The CI files of docs/ci: they are YAML, every command in them runs (with stand-ins for what fetches
# packages), and what they hand on can be replayed elsewhere, where a replay says what is different.
# usage: ci_test.sh BUILD-FOLDER SOURCE-FOLDER
source "$(dirname "$0")/desk.sh"
build=$1 source=$2
home="$desk/prefix"
cmake --install "$build" --prefix "$home" >/dev/null
mkdir jobs machine
for tool in apt-get curl; do
    printf '#!/bin/sh\necho %s "$@" >>"%s/fetched"\n' "$tool" "$desk" >"machine/$tool"
    chmod +x "machine/$tool"
done
export PATH="$desk/machine:$home/bin:$PATH" CMAKE_PREFIX_PATH="$home"
export STAGGER_PACKAGE=https://example.org/stagger.deb NIGHT=300ms RUN_ID=1

cp -r "$home/share/stagger/examples/letterbox" checkout

# job FILE NAME [SHARD]: runs it in the checkout, with nothing of the job before but what was built;
# leaves its exit code in `code`.
job() {
    rm -rf checkout/findings
    python3 "$source/tests/install/ci_jobs.py" "$source/docs/ci/$1.yml" jobs ||
        fail "$1.yml is not understood"
    run env -C checkout MATRIX_SHARD="${3:-}" CI_NODE_INDEX="${3:-}" CI_NODE_TOTAL=2 sh "$desk/jobs/$2.sh"
}

# --- the gate: two machines together run every case once, and write what a CI shows
for file in github-actions gitlab-ci; do
    for shard in 1 2; do
        job $file gate $shard
        [[ $code -eq 0 ]] || fail "the gate of $file ends with $code"
        says "shard $shard of 2: 2 of 4 cases"
        [[ -s checkout/findings/index.html ]] || fail "there is no page for a browser"
        python3 - checkout/findings <<'END' || fail "the results cannot be read"
import json, sys, xml.etree.ElementTree
assert json.load(open(sys.argv[1] + "/results.json"))["summary"]["passed"] == 2
assert xml.etree.ElementTree.parse(sys.argv[1] + "/junit.xml").getroot().tag == "testsuites"
END
    done
done
equal "what was fetched" "$(grep -c "^curl -fsSL $STAGGER_PACKAGE" fetched)" 4

# --- the night: searches further, and goes on from its own corpus
for file in github-actions gitlab-ci; do
    job $file night
    [[ $code -eq 0 ]] || fail "the night of $file ends with $code"
    says "seed $(date -u +%Y%m%d)"
    [[ -n $(ls checkout/fuzzing-corpus/*) ]] || fail "no corpus is kept"
done

# --- a new bug: one folder to download, with an index
cp checkout/build/backends/letterbox.so right.so
sed -i 's/"on|off", "on"/"on|off", "off"/' checkout/letterbox_backend.cpp
job gitlab-ci gate 1
[[ $code -eq 1 ]] || fail "a gate with a new bug ends with $code"
mv checkout/findings "mitgenommen ü"
mv checkout/build/backends backends
rm -rf checkout
cd "mitgenommen ü"
name=delivery_letterbox-duplicate-message
grep -qF "| delivery/letterbox | duplicate-message" index.md || fail "index.md is $(cat index.md)"
grep -qF "\`$name.schedule\` | $name.txt | letterbox (" index.md || fail "index.md is $(cat index.md)"
grep -q "the delays that matter" $name.txt || fail "the finding is not there as text"

# --- replayed elsewhere: as it was, and with everything that can be different
ends 1 stagger replay $name.schedule --plugin ../backends
says "20 of 20"
never_says "Not as where it was found"

ends 3 stagger replay $name.schedule
says "the backend letterbox (ABI "
says "is not here"

sed 's/stagger = "[^"]*"/stagger = "0.0.9"/; s/kernel = "[^"]*"/kernel = "2.6.32"/' $name.schedule >old.schedule
ends 1 stagger replay old.schedule --plugin ../backends
says "Stagger was 0.0.9, here it is"
never_says "2.6.32"  # it fits, so that the kernel does not matter

cp ../right.so ../backends/letterbox.so
run stagger replay old.schedule --plugin ../backends
[[ $code -eq 0 || $code -eq 2 ]] || fail "the replay ends with $code"
says "The violation is not there"
says "the backend letterbox is another build"
says "the kernel was 2.6.32, here it is $(uname -r)"

sed '/^found_with/d; /^plugins/,/^\]/d' $name.schedule >bare.schedule
run stagger replay bare.schedule --plugin ../backends
never_says "Not as where it was found"
