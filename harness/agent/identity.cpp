// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/identity.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <cstring>

#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

using control::make_key;
using control::NameEntry;

constexpr int kMaxDescriptors = 4096;
constexpr int kMaxMappings = 256;

struct Mapping {
    std::uintptr_t low, high;
    std::uint64_t id, offset;
};

std::uint64_t descriptors[kMaxDescriptors];
Mapping mappings[kMaxMappings];
int mapping_count = 0;

void find_bounds() {
    std::uintptr_t low = UINTPTR_MAX, high = 0;
    for (int i = 0; i < mapping_count; ++i) {
        if (mappings[i].low < low) low = mappings[i].low;
        if (mappings[i].high > high) high = mappings[i].high;
    }
    mapped.low = mapping_count > 0 ? low : 0;
    mapped.span = mapping_count > 0 ? high - low : 0;
}

void note_shortage(control::Shortage shortage) {
    if (process.segment != nullptr) process.segment->registry.shortage = shortage;
}

void add_mapping(const Mapping& mapping) {
    if (mapping_count < kMaxMappings) {
        mappings[mapping_count++] = mapping;
    } else {
        note_shortage(control::Shortage::Mappings);
    }
}

// The order is kept: of several at one address the last is the one that is seen.
void remove_mapping(int index) {
    --mapping_count;
    for (int i = index; i < mapping_count; ++i) mappings[i] = mappings[i + 1];
}

const Mapping* find_mapping(std::uintptr_t address) {
    if (!mapped.may_hold(address)) return nullptr;
    for (int i = mapping_count - 1; i >= 0; --i) {
        if (address >= mappings[i].low && address < mappings[i].high) return &mappings[i];
    }
    return nullptr;
}

NameEntry* find_name(control::NameKind kind, const char* name) {
    for (NameEntry& entry : process.segment->registry.names) {
        if (entry.id != 0 && entry.kind == static_cast<std::uint8_t>(kind) &&
            std::strncmp(entry.name, name, control::kNameBytes) == 0) {
            return &entry;
        }
    }
    return nullptr;
}

NameEntry* free_name() {
    NameEntry* removed = nullptr;
    for (NameEntry& entry : process.segment->registry.names) {
        if (entry.id == 0) return &entry;
        if (!entry.present) removed = &entry;
    }
    return removed;
}

}  // namespace

MappedBounds mapped;

void note_kept() {
    if (self.segment == nullptr || self.execution().phase != control::Phase::Main) return;
    if (self.resetting != 0) return;
    self.segment->registry.keeping |= control::bit(process.index);
}

// What a task creates while an execution runs is named by the task and how many it created before
// in that execution, so that it has the same id in every execution in which the task does the same,
// whatever the order of the tasks is and whether processes are warm or fresh.
std::uint64_t new_id() {
    if (process.segment == nullptr) return 0;
    if (self.resetting != 0) {
        return control::kMadeInReset | std::uint64_t{self.resetting} << 32 | ++self.made;
    }
    if (self.segment == nullptr || self.execution().phase != control::Phase::Main) {
        return process.segment->registry.next_id++;
    }
    thread_local std::uint64_t generation = 0, created = 0;
    if (generation != self.execution().generation) created = 0;
    generation = self.execution().generation;
    return control::kMadeInExecution | std::uint64_t{self.index} << 32 | ++created;
}

void remember_descriptor(int descriptor, std::uint64_t id) {
    if (descriptor < 0) return;
    if (id != 0) note_kept();
    if (descriptor < kMaxDescriptors) {
        descriptors[descriptor] = id;
    } else if (id != 0) {
        note_shortage(control::Shortage::Descriptors);
    }
}

void copy_descriptor(int from, int to) {
    remember_descriptor(to, descriptor_id(from));
}

void forget_descriptor(int descriptor) {
    remember_descriptor(descriptor, 0);
}

std::uint64_t descriptor_id(int descriptor) {
    if (descriptor < 0) return 0;
    if (descriptor < kMaxDescriptors && descriptors[descriptor] != 0) {
        return descriptors[descriptor];
    }
    STAGGER_REAL(fstat);
    struct stat status;
    if (real(descriptor, &status) != 0) return 0;
    return control::mix(status.st_dev, status.st_ino);
}

control::Key descriptor_key(int descriptor) {
    return make_key(control::KeySpace::Descriptor, descriptor_id(descriptor));
}

int find_descriptor(control::Key key) {
    for (int descriptor = 0; descriptor < kMaxDescriptors; ++descriptor) {
        if (descriptors[descriptor] != 0 && descriptor_key(descriptor) == key) return descriptor;
    }
    return -1;
}

bool is_stranger(int descriptor) {
    return descriptor >= 0 && descriptor < kMaxDescriptors && descriptors[descriptor] == 0;
}

std::uint64_t known_name_id(control::NameKind kind, const char* name) {
    if (process.segment == nullptr) return 0;
    if (std::strlen(name) >= control::kNameBytes) return control::hash_text(name);
    const NameEntry* entry = find_name(kind, name);
    return entry != nullptr ? entry->id : 0;
}

std::uint64_t name_id(control::NameKind kind, const char* name, bool created) {
    if (process.segment == nullptr) return 0;
    if (std::strlen(name) >= control::kNameBytes) return control::hash_text(name);
    NameEntry* entry = find_name(kind, name);
    if (entry != nullptr && (entry->present || !created)) return entry->id;
    const bool is_old = entry != nullptr && (entry->id & control::kMadeInExecution) == 0;
    if (is_old && self.resetting != 0) {  // it stands for what stood there
        entry->present = true;
        return entry->id;
    }
    if (entry == nullptr) entry = free_name();
    if (entry == nullptr) {
        note_shortage(control::Shortage::Names);
        return control::hash_text(name);
    }
    entry->id = new_id();
    if ((entry->id & control::kMadeInExecution) != 0)
        process.segment->registry.has_new_names = true;
    entry->kind = static_cast<std::uint8_t>(kind);
    entry->present = created;
    std::strncpy(entry->name, name, control::kNameBytes - 1);
    return entry->id;
}

void name_removed(control::NameKind kind, const char* name) {
    if (process.segment == nullptr) return;
    NameEntry* entry = find_name(kind, name);
    if (entry != nullptr) entry->present = false;
}

void name_linked(control::NameKind kind, const char* from, const char* to) {
    if (process.segment == nullptr) return;
    const NameEntry* entry = find_name(kind, from);
    if (entry == nullptr) return;
    const NameEntry linked = *entry;
    name_id(kind, to, linked.present);
    if (NameEntry* target = find_name(kind, to)) {
        target->id = linked.id;
        target->present = linked.present;
    }
}

void name_moved(control::NameKind kind, const char* from, const char* to) {
    if (process.segment == nullptr || std::strcmp(from, to) == 0) return;
    name_linked(kind, from, to);
    name_removed(kind, from);
    const std::size_t size = std::strlen(from);
    for (const NameEntry& entry : process.segment->registry.names) {
        const bool below = entry.present && entry.kind == static_cast<std::uint8_t>(kind) &&
                           std::strncmp(entry.name, from, size) == 0 && entry.name[size] == '/';
        if (!below) continue;
        char moved[2 * sizeof(entry.name)];
        std::snprintf(moved, sizeof(moved), "%s%s", to, entry.name + size);
        name_linked(kind, entry.name, moved);
        name_removed(kind, entry.name);
    }
}

control::Key name_key(control::NameKind kind, const char* name) {
    return make_key(control::KeySpace::Name, static_cast<std::uint64_t>(kind),
                    control::hash_text(name));
}

void connection_made(control::Key listener, std::uint64_t id) {
    if (process.segment == nullptr) return;
    control::Registry& registry = process.segment->registry;
    if (registry.connection_count >= control::kMaxConnections) {
        return note_shortage(control::Shortage::Connections);
    }
    registry.connections[registry.connection_count++] = {listener, id};
}

std::uint64_t connection_accepted(control::Key listener) {
    if (process.segment == nullptr) return 0;
    control::Registry& registry = process.segment->registry;
    for (std::uint32_t i = 0; i < registry.connection_count; ++i) {
        if (registry.connections[i].listener != listener) continue;
        const std::uint64_t id = registry.connections[i].id;
        --registry.connection_count;
        std::memmove(&registry.connections[i], &registry.connections[i + 1],
                     (registry.connection_count - i) * sizeof(registry.connections[0]));
        return id;
    }
    return new_id();
}

void remember_mapping(void* address, std::size_t size, std::uint64_t id, std::uint64_t offset) {
    const auto low = reinterpret_cast<std::uintptr_t>(address);
    note_kept();
    add_mapping({low, low + size, id, offset});
    find_bounds();
}

// A mapping that is cut keeps what is below and above; the kernel rounds sizes up to pages.
void forget_mapping(void* address, std::size_t size) {
    const auto low = reinterpret_cast<std::uintptr_t>(address);
    const std::uintptr_t high = low + ((size + 4095) & ~std::size_t{4095});
    for (int i = mapping_count - 1; i >= 0; --i) {
        const Mapping cut = mappings[i];
        if (cut.high <= low || cut.low >= high) continue;
        remove_mapping(i);
        if (cut.low < low) add_mapping({cut.low, low, cut.id, cut.offset});
        if (cut.high > high) {
            add_mapping({high, cut.high, cut.id, cut.offset + (high - cut.low)});
        }
    }
    find_bounds();
}

void forget_mapping_at(const void* address) {
    const auto low = reinterpret_cast<std::uintptr_t>(address);
    int last = mapping_count - 1;
    while (last >= 0 && mappings[last].low != low) --last;
    if (last < 0) return;
    remove_mapping(last);
    find_bounds();
}

bool is_shared(const void* pointer) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    if (find_mapping(address) != nullptr) return true;
    if (!process.multi_threaded) return false;
    return address < self.stack_low || address >= self.stack_high;
}

control::Key address_key(const void* pointer) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    if (const Mapping* mapping = find_mapping(address)) {
        return make_key(control::KeySpace::Memory, mapping->id,
                        address - mapping->low + mapping->offset);
    }
    return make_key(control::KeySpace::PrivateMemory, process.index, address);
}

control::Key word_key(const void* address) {
    const std::uintptr_t word = reinterpret_cast<std::uintptr_t>(address) & ~(kWord - 1);
    return address_key(reinterpret_cast<const void*>(word));
}

}  // namespace stagger::agent
