// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/mutator.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "harness/control/key.hpp"

namespace stagger::fuzz {
namespace {

constexpr std::uint16_t kMost16 = std::numeric_limits<std::uint16_t>::max();
// Draws for a pair that was never seen, before one that was will do.
constexpr int kTries = 8;
constexpr std::size_t kMaxPairings = control::kMaxConstraints;

std::uint16_t cut(std::uint64_t value) {
    return static_cast<std::uint16_t>(std::min<std::uint64_t>(value, kMost16));
}

// A number near `value`, most often very near.
std::uint16_t nudge(std::uint16_t value, Draws& draws) {
    const std::uint64_t by = std::uint64_t{1} << draws.below(5);
    if (draws.one_in(2)) return cut(value + by);
    return static_cast<std::uint16_t>(value > by ? value - by : 1);
}

// Short ones are precise; long ones last until the others can go no further.
std::uint16_t draw_delay(Draws& draws) {
    switch (draws.below(4)) {
        case 0:
            return cut(1 + draws.below(8));
        case 1:
            return kMost16;
        default:
            return cut(1 + draws.below(std::uint64_t{8} << draws.below(7)));
    }
}

void draw_place(Edit& edit, const Terrain& terrain, Draws& draws) {
    if (!terrain.meetings.empty() && !draws.one_in(8)) {
        const Terrain::Point& at = terrain.meetings[draws.below(terrain.meetings.size())];
        edit.task = at.task;
        edit.point = at.point;
        return;
    }
    edit.task = static_cast<std::uint8_t>(draws.below(terrain.places.tasks));
    edit.point = cut(1 + draws.below(std::max<std::uint32_t>(1, terrain.most_points[edit.task])));
}

// At a point of any task, or at one of the first chances.
void draw_fault(Edit& edit, const Terrain& terrain, Draws& draws) {
    edit.kind = EditKind::Fault;
    edit.amount = cut(draws.below(1u << 10));
    edit.task = static_cast<std::uint8_t>(draws.below(terrain.places.tasks));
    const std::uint32_t most = std::max<std::uint32_t>(1, terrain.most_points[edit.task]);
    edit.point = cut(1 + draws.below(draws.one_in(2) ? most : std::min<std::uint32_t>(most, 16)));
}

void add_edit(Genome& genome, const Terrain& terrain, Draws& draws) {
    if (genome.edits.size() >= kMaxEdits) genome.edits.pop_back();
    Edit edit;
    draw_place(edit, terrain, draws);
    if (terrain.places.faults.kinds != 0 && draws.one_in(2)) {
        draw_fault(edit, terrain, draws);
    } else if (draws.one_in(8)) {
        edit.kind = EditKind::Priority;
        edit.amount = cut(draws.below(256));
        if (draws.one_in(2)) edit.point = 0;
    } else {
        edit.amount = draw_delay(draws);
    }
    const auto at = static_cast<std::ptrdiff_t>(draws.below(genome.edits.size() + 1));
    genome.edits.insert(genome.edits.begin() + at, edit);
}

void change_edit(Genome& genome, const Terrain& terrain, Draws& draws) {
    if (genome.edits.empty()) return add_edit(genome, terrain, draws);
    Edit& edit = genome.edits[draws.below(genome.edits.size())];
    switch (draws.below(4)) {
        case 0:
            draw_place(edit, terrain, draws);
            break;
        case 1:
            edit.point = nudge(edit.point, draws);
            break;
        case 2:
            edit.amount = nudge(edit.amount, draws);
            break;
        default:
            edit.amount = edit.kind == EditKind::Delay ? draw_delay(draws) : cut(draws.below(256));
    }
}

std::optional<control::AccessName> draw_access(const engine::KeyUse& use, control::TaskMask tasks,
                                               Draws& draws) {
    if (tasks == 0) return std::nullopt;
    for (std::uint64_t left = draws.below(control::population(tasks)); left > 0; --left) {
        tasks &= tasks - 1;
    }
    const control::TaskIndex task = control::lowest(tasks);
    if (use.accesses[task].empty()) return std::nullopt;
    const auto ordinal = 1 + draws.below(use.accesses[task].size());
    return control::AccessName{task, static_cast<std::uint32_t>(ordinal)};
}

// Two accesses of different tasks to a key that they share.
std::optional<engine::ReadsFrom> draw_pair(const engine::Knowledge& knowledge, Draws& draws) {
    if (knowledge.keys().empty()) return std::nullopt;
    const engine::KeyUse& use = knowledge.keys()[draws.below(knowledge.keys().size())];
    if (!use.contended()) return std::nullopt;
    const auto reader = draw_access(use, use.tasks, draws);
    if (!reader) return std::nullopt;
    engine::ReadsFrom pair{use.key, *reader, {control::kNobody, 0}};
    if (draws.one_in(8)) return pair;
    const auto writer = draw_access(use, use.writers & ~control::bit(reader->task), draws);
    if (!writer) return std::nullopt;
    pair.writer = *writer;
    return pair;
}

// One that no execution has shown yet, if a few draws give one.
std::optional<engine::ReadsFrom> draw_new_pair(const engine::Knowledge& knowledge, Draws& draws) {
    std::optional<engine::ReadsFrom> pair;
    for (int i = 0; i < kTries; ++i) {
        const auto drawn = draw_pair(knowledge, draws);
        if (!drawn) continue;
        pair = drawn;
        if (!knowledge.has_seen(*drawn)) break;
    }
    return pair;
}

bool set_accesses(Pairing& pairing, const Terrain& terrain, Draws& draws) {
    const auto pair = draw_new_pair(*terrain.knowledge, draws);
    if (!pair) return false;
    pairing.numbered = false;
    pairing.key = terrain.places.name_of(pair->key);
    pairing.reader = static_cast<std::uint8_t>(pair->reader.task);
    pairing.reader_ordinal = cut(pair->reader.ordinal);
    pairing.initial = pair->writer.task == control::kNobody;
    pairing.writer = pairing.initial ? 0 : static_cast<std::uint8_t>(pair->writer.task);
    pairing.writer_ordinal = cut(pair->writer.ordinal);
    return true;
}

void add_pairing(Genome& genome, const Terrain& terrain, Draws& draws) {
    Pairing pairing;
    if (!set_accesses(pairing, terrain, draws)) return add_edit(genome, terrain, draws);
    pairing.before = draws.one_in(4);
    pairing.poised = draws.one_in(2);
    if (genome.pairings.size() >= kMaxPairings) genome.pairings.pop_back();
    const auto at = static_cast<std::ptrdiff_t>(draws.below(genome.pairings.size() + 1));
    genome.pairings.insert(genome.pairings.begin() + at, pairing);
}

void change_pairing(Genome& genome, const Terrain& terrain, Draws& draws) {
    if (genome.pairings.empty()) return add_pairing(genome, terrain, draws);
    Pairing& pairing = genome.pairings[draws.below(genome.pairings.size())];
    switch (draws.below(6)) {
        case 0:
            set_accesses(pairing, terrain, draws);
            break;
        case 1:
            pairing.before = !pairing.before;
            break;
        case 2:
            pairing.poised = !pairing.poised;
            break;
        case 3:
            std::swap(pairing, genome.pairings[draws.below(genome.pairings.size())]);
            break;
        case 4:
            pairing.reader_ordinal = nudge(pairing.reader_ordinal, draws);
            break;
        default:
            pairing.writer_ordinal = nudge(pairing.writer_ordinal, draws);
    }
}

// Ends, small numbers and magnitudes before the rest: where code makes a difference.
std::uint64_t draw_offset(std::uint64_t range, Draws& draws) {
    switch (draws.below(4)) {
        case 0:
            return range - 1 - draws.below(std::min<std::uint64_t>(range, 3));
        case 1:
            return draws.below(std::min<std::uint64_t>(range, 17));
        case 2:
            return draws.below(std::min(range, std::uint64_t{1} << draws.below(55)));
        default:
            return draws.below(range);
    }
}

// What is given there now, and a little or one bit more or less.
std::uint64_t change_offset(std::uint64_t offset, Draws& draws) {
    const std::uint64_t by = std::uint64_t{1} << draws.below(draws.one_in(2) ? 3 : 53);
    switch (draws.below(3)) {
        case 0:
            return offset + by;
        case 1:
            return offset > by ? offset - by : 0;
        default:
            return offset ^ by;
    }
}

// One any() of the last execution gives something else. Requires: there was one.
void mutate_input(Genome& genome, const Terrain& terrain, Draws& draws) {
    const control::Draw& asked = terrain.draws[draws.below(terrain.draws.size())];
    const auto range = static_cast<std::uint64_t>(asked.most - asked.least) + 1;
    const auto task = static_cast<std::uint8_t>(asked.task);
    const std::uint16_t number = cut(asked.number);
    const auto known = std::find_if(
        genome.inputs.begin(), genome.inputs.end(),
        [&](const Input& input) { return input.task == task && input.number == number; });
    if (known == genome.inputs.end()) {
        if (genome.inputs.size() >= kMaxInputs) genome.inputs.erase(genome.inputs.begin());
        genome.inputs.push_back({task, number, draw_offset(range, draws)});
    } else if (draws.one_in(8)) {
        genome.inputs.erase(known);
    } else {
        known->offset = draws.one_in(2) ? draw_offset(range, draws)
                                        : change_offset(known->offset, draws) % range;
    }
}

template <typename T>
void remove_one(std::vector<T>& from, Draws& draws) {
    if (!from.empty()) {
        from.erase(from.begin() + static_cast<std::ptrdiff_t>(draws.below(from.size())));
    }
}

void mutate_once(Genome& genome, const Terrain& terrain, Draws& draws) {
    switch (draws.below(8)) {
        case 0:
            return add_edit(genome, terrain, draws);
        case 1:
        case 2:
            return add_pairing(genome, terrain, draws);
        case 3:
        case 4:
            return change_edit(genome, terrain, draws);
        case 5:
        case 6:
            return change_pairing(genome, terrain, draws);
        default:
            if (draws.one_in(2)) return remove_one(genome.edits, draws);
            return remove_one(genome.pairings, draws);
    }
}

// What both have in their own order: the first part of one, the last of the other.
template <typename T>
std::vector<T> splice(const std::vector<T>& a, const std::vector<T>& b, std::size_t most,
                      Draws& draws) {
    const auto head = static_cast<std::ptrdiff_t>(draws.below(a.size() + 1));
    const auto tail = static_cast<std::ptrdiff_t>(draws.below(b.size() + 1));
    std::vector<T> both(a.begin(), a.begin() + head);
    both.insert(both.end(), b.begin() + tail, b.end());
    if (both.size() > most) both.resize(most);
    return both;
}

bool is_before(const Input& a, const Input& b) {
    return a.task != b.task ? a.task < b.task : a.number < b.number;
}

// Up to some any() what one gives, from there on what the other does: a beginning that got far
// stays whole. Requires: one of them has inputs.
std::vector<Input> cross_inputs(const std::vector<Input>& a, const std::vector<Input>& b,
                                Draws& draws) {
    std::vector<Input> all = a;
    all.insert(all.end(), b.begin(), b.end());
    const Input cut = all[draws.below(all.size())];
    std::vector<Input> both;
    for (const Input& input : a) {
        if (is_before(input, cut)) both.push_back(input);
    }
    for (const Input& input : b) {
        if (!is_before(input, cut)) both.push_back(input);
    }
    if (both.size() > kMaxInputs) both.resize(kMaxInputs);
    return both;
}

}  // namespace

void mutate(Genome& genome, const Terrain& terrain, Draws& draws) {
    if (terrain.places.tasks == 0) return;
    do {
        // A case without inputs is mutated as it ever was.
        const bool input = !terrain.draws.empty() && draws.one_in(2);
        input ? mutate_input(genome, terrain, draws) : mutate_once(genome, terrain, draws);
    } while (draws.one_in(2));
}

Genome cross(const Genome& a, const Genome& b, Draws& draws) {
    Genome both;
    both.edits = splice(a.edits, b.edits, kMaxEdits, draws);
    both.pairings = splice(a.pairings, b.pairings, kMaxPairings, draws);
    if (!a.inputs.empty() || !b.inputs.empty()) {
        both.inputs = cross_inputs(a.inputs, b.inputs, draws);
    }
    return both;
}

}  // namespace stagger::fuzz
