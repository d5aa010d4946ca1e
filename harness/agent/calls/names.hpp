// SPDX-License-Identifier: Apache-2.0
//
// What calls on names of files touch beside the files: the name itself, the directories on the way
// to it, and the list of names that its directory is. Private to the agent; runs in the task that
// calls. path_resolution(7).
#pragma once

#include "harness/agent/calls/path.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/self.hpp"
#include "harness/control/key.hpp"

namespace stagger::agent {

struct FileName {
    int directory;
    const char* path;
    Path::Links links = Path::Links::Follow;
};

// Of the name that the path leads to, however it was spelt.
control::Key key_of(const FileName&);
// Of all the names in the directory of that path. Those who make and remove names read it, so that
// they commute; who lists them or removes the directory changes it.
control::Key listing_key(const char* path);

// The event under way finds its way to that name, and what is there.
void note_found(const FileName&);
// The same, and it makes, moves or removes it.
void note_changed(const FileName&);
// And it changes what is in the file, without a descriptor.
void note_content_changed(const FileName&);
// And if it is a directory, it has to be empty.
void note_emptied(const FileName&);

// A call that only looks at what a name stands for. Programs do so in loops.
template <typename Real>
auto look_at(const FileName& name, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    spinning_point(control::Call::Look, key_of(name));
    note_found(name);
    return settle(engine, real());
}

// A change of names, which others see at once but nobody waits for. `note` says what else it
// touches.
template <typename Note, typename Real>
int change_name(control::Call kind, const FileName& name, Note note, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    point(kind, key_of(name));
    note_changed(name);
    note();
    return settle(engine, real());
}

}  // namespace stagger::agent
