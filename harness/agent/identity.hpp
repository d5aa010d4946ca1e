// SPDX-License-Identifier: Apache-2.0
//
// Identity: which object a descriptor, a name or an address means, by an id given at its creation
// and kept through dup and fork. Not by inode, pid or address, which are reused. Tables are plain
// process memory, copied by fork as descriptors and mappings are; ids come from the control
// segment's registry. Private to the agent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/control/key.hpp"
#include "harness/control/layout.hpp"

namespace stagger::agent {

// A new id; 0 where no case is being run.
std::uint64_t new_id();

// This process got something that it may keep and others may meet: a descriptor, a mapping, a lock.
// It is reset before the next execution begins. Where it kept nothing that does no harm.
void note_kept();

// Descriptors.
void remember_descriptor(int descriptor, std::uint64_t id);
void copy_descriptor(int from, int to);
void forget_descriptor(int descriptor);
std::uint64_t descriptor_id(int descriptor);  // of a stranger: from what it is, by fstat
control::Key descriptor_key(int descriptor);
// One of this process with that key; -1: it has none.
int find_descriptor(control::Key key);
// Not made by a call that the agent knows: who wakes those who wait for it is not known either.
bool is_stranger(int descriptor);

// Names of OS objects. `created` tells that the call may have made a new one.
std::uint64_t name_id(control::NameKind kind, const char* name, bool created);
// 0: nothing under that name was ever opened or made, as far as is known.
std::uint64_t known_name_id(control::NameKind kind, const char* name);
void name_removed(control::NameKind kind, const char* name);
// With all that is below it, if it is a directory.
void name_moved(control::NameKind kind, const char* from, const char* to);
void name_linked(control::NameKind kind, const char* from, const char* to);  // one more name
control::Key name_key(control::NameKind kind, const char* name);

// Connections travel from connect() to accept() in order, so that both ends get one id.
void connection_made(control::Key listener, std::uint64_t id);
std::uint64_t connection_accepted(control::Key listener);

// Mappings that other processes may share.
void remember_mapping(void* address, std::size_t size, std::uint64_t id, std::uint64_t offset);
void forget_mapping(void* address, std::size_t size);
void forget_mapping_at(const void* address);  // one that begins there: libc shares some
// Bounds of all mappings: most addresses are outside, and then one comparison is enough.
struct MappedBounds {
    std::uintptr_t low = 0, span = 0;

    bool may_hold(std::uintptr_t address) const { return address - low < span; }
};
extern MappedBounds mapped;
// True if others may reach that address: it is in a shared mapping, or this process has several
// threads and it is not on the caller's own stack.
bool is_shared(const void* address);
control::Key address_key(const void* address);
// Of the aligned word that holds the address: accesses of different widths meet in it.
inline constexpr std::uintptr_t kWord = 8;
control::Key word_key(const void* address);

}  // namespace stagger::agent
