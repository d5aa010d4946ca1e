// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/names.hpp"

#include <cstring>

#include "harness/agent/identity.hpp"

namespace stagger::agent {
namespace {

using control::Key;
using control::NameKind;

Path path_of(const FileName& name) {
    return {name.directory, name.path, name.links};
}

Key key_of_path(const Path& path) {
    return name_key(NameKind::File, path.name());
}

// A directory on the way that is moved or removed takes with it what is below.
void note_way_to(const char* name) {
    char way[512] = "";
    std::strncpy(way, name, sizeof(way) - 1);
    for (char* end = std::strchr(way + 1, '/'); end != nullptr; end = std::strchr(end + 1, '/')) {
        *end = '\0';
        also_reads(name_key(NameKind::File, way));
        *end = '/';
    }
}

// kNoKey: nobody has opened or made what is there.
Key content_key(const char* name) {
    const std::uint64_t id = known_name_id(NameKind::File, name);
    return id != 0 ? control::make_key(control::KeySpace::Descriptor, id) : control::kNoKey;
}

void note_way_and_content(const FileName& name, const Path& there) {
    also_reads(key_of_path(there));
    if (name.links == Path::Links::Follow) {
        also_reads(key_of({name.directory, name.path, Path::Links::Keep}));
    }
    note_way_to(there.name());
    if (const Key content = content_key(there.name())) also_reads(content);
}

}  // namespace

Key key_of(const FileName& name) {
    return key_of_path(path_of(name));
}

Key listing_key(const char* path) {
    return control::make_key(control::KeySpace::Listing, control::hash_text(path));
}

// Found anew: while the task waited for its turn, the path may have come to lead elsewhere.
void note_found(const FileName& name) {
    if (self.segment->trace.on) note_way_and_content(name, path_of(name));
}

void note_changed(const FileName& name) {
    if (!self.segment->trace.on) return;
    Path there = path_of(name);
    note_way_and_content(name, there);
    also_touches(key_of_path(there));
    also_reads(listing_key(there.directory()));
}

void note_content_changed(const FileName& name) {
    if (!self.segment->trace.on) return;
    if (const Key content = content_key(path_of(name).name())) also_touches(content);
}

void note_emptied(const FileName& name) {
    if (!self.segment->trace.on) return;
    also_touches(listing_key(path_of(name).name()));
}

}  // namespace stagger::agent
