#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An installed Stagger works wherever it is: below a DESTDIR, moved, through a link, in a folder with
# spaces and letters that are not ASCII; and needs nothing of the tree that it was built in.
# usage: install_test.sh BUILD-FOLDER
source "$(dirname "$0")/desk.sh"
build=$1

# --- below a DESTDIR, everything is below the prefix
ends 0 env DESTDIR="$desk/stage" cmake --install "$build" --prefix "/opt/stagger"
equal "what is in DESTDIR" "$(ls stage) $(ls stage/opt) $(ls stage/opt/stagger)" \
    "opt stagger bin
include
lib
share"
for file in bin/stagger lib/stagger/stagger-worker lib/stagger/libstagger_agent.so \
    lib/stagger/plugins/shm.so lib/stagger/plugins/zoo_lock_file.so include/stagger/backend.h \
    include/stagger/objects.hpp share/stagger/specs/updates/increment.toml \
    share/man/man1/stagger.1 share/bash-completion/completions/stagger \
    share/zsh/vendor-completions/_stagger share/fish/vendor_completions.d/stagger.fish \
    share/doc/stagger/README.md share/doc/stagger/docs/spec-reference.md; do
    [[ -s stage/opt/stagger/$file ]] || fail "$file is not installed"
done
equal "the programs" "$(ls stage/opt/stagger/bin)" "stagger"

# --- moved
home="$desk/mes outils/Stägger ☃"
mkdir -p "${home%/*}"
mv stage/opt/stagger "$home"
specs="$home/share/stagger/specs"
ends 0 "$home/bin/stagger" run "$specs/updates/increment.toml" --filter increment/shm --seed 1
says "lost-update on n"
ends 1 "$home/bin/stagger" replay .stagger/increment_shm-lost-update.schedule
says "20 of 20"
ends 0 "$home/bin/stagger" list backends
says "$home/lib/stagger/plugins/shm.so"
ends 0 "$home/bin/stagger" fuzz "$specs/updates/increment.toml" --filter increment/pipe --seed 1 \
    --schedules 200

# --- through a link, which is where a package manager puts it
ln -s "$home/bin/stagger" stagger
ends 0 ./stagger gate "$specs/updates/increment.toml" --filter 'increment/p*' --seed 1
says "lost-update"

# --- what is beside it in a prefix that it shares with others is not taken for its own
mkdir -p "$home/plugins"
echo 'int no_backend;' | cc -x c -shared -o "$home/plugins/shm.so" -
ends 0 ./stagger gate "$specs/updates/increment.toml" --filter 'increment/shm' --seed 1

# --- nothing of the tree is needed: none of its paths is in the programs
for file in "$home/bin/stagger" "$home"/lib/stagger/* "$home"/lib/stagger/plugins/*; do
    [[ -f $file ]] || continue
    ! readelf -d "$file" | grep -E 'R(UN)?PATH' | grep -vF '[$ORIGIN]' || fail "$file has such a path"
done

# --- a worker that is not there is said, with where it should be
rm "$home/lib/stagger/stagger-worker"
ends 3 ./stagger run "$specs/updates/increment.toml" --filter increment/shm --seed 1
says "$home/lib/stagger/stagger-worker"
