// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/genome.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "harness/control/key.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::fuzz {
namespace {

// The low bits of an entry's first byte; the higher ones are flags.
enum Tag : std::uint8_t { kDelay, kPriority, kPairing, kFault, kTimeout, kInput, kTags = 8 };

constexpr std::uint8_t kBefore = 1u << 3, kPoised = 1u << 4, kInitial = 1u << 5,
                       kNumbered = 1u << 6;

// Where an edit gives a task a priority, all others keep the middle one.
constexpr std::uint8_t kMiddlePriority = 128;

class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    bool has(std::size_t count) const { return bytes_.size() >= count; }

    // Little-endian. Requires: has(sizeof(T)).
    template <typename T>
    T take() {
        T value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            value = static_cast<T>(value | static_cast<T>(T{bytes_[i]} << (8 * i)));
        }
        bytes_ = bytes_.subspan(sizeof(T));
        return value;
    }

private:
    std::span<const std::uint8_t> bytes_;
};

template <typename T>
void put(std::vector<std::uint8_t>& bytes, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

constexpr std::size_t kEditBytes = 5, kPairingBytes = 14, kInputBytes = 11;

Edit take_edit(Reader& reader, EditKind kind) {
    Edit edit;
    edit.kind = kind;
    edit.task = reader.take<std::uint8_t>();
    edit.point = reader.take<std::uint16_t>();
    edit.amount = reader.take<std::uint16_t>();
    return edit;
}

Pairing take_pairing(Reader& reader, std::uint8_t flags) {
    Pairing pairing;
    pairing.key = reader.take<std::uint64_t>();
    pairing.reader = reader.take<std::uint8_t>();
    pairing.reader_ordinal = reader.take<std::uint16_t>();
    pairing.writer = reader.take<std::uint8_t>();
    pairing.writer_ordinal = reader.take<std::uint16_t>();
    pairing.before = (flags & kBefore) != 0;
    pairing.poised = (flags & kPoised) != 0;
    pairing.initial = (flags & kInitial) != 0;
    pairing.numbered = (flags & kNumbered) != 0;
    return pairing;
}

Input take_input(Reader& reader) {
    Input input;
    input.task = reader.take<std::uint8_t>();
    input.number = reader.take<std::uint16_t>();
    input.offset = reader.take<std::uint64_t>();
    return input;
}

std::optional<EditKind> edit_kind(std::uint8_t tag) {
    switch (tag % kTags) {
        case kDelay:
            return EditKind::Delay;
        case kPriority:
            return EditKind::Priority;
        case kFault:
            return EditKind::Fault;
        case kTimeout:
            return EditKind::Timeout;
        default:
            return std::nullopt;
    }
}

std::uint8_t tag_of(EditKind kind) {
    constexpr std::uint8_t kEditTags[] = {kDelay, kPriority, kFault, kTimeout};
    return kEditTags[static_cast<std::size_t>(kind)];
}

std::uint8_t tag_of(const Pairing& pairing) {
    return static_cast<std::uint8_t>(
        kPairing | (pairing.before ? kBefore : 0) | (pairing.poised ? kPoised : 0) |
        (pairing.initial ? kInitial : 0) | (pairing.numbered ? kNumbered : 0));
}

control::Key object_key(std::size_t object) {
    return control::make_key(control::KeySpace::Object, object);
}

control::Key key_of(const Pairing& pairing, const Places& places, bool& operation) {
    control::Key key = pairing.key;
    if (pairing.numbered && !places.keys.empty()) key = places.keys[key % places.keys.size()];
    for (std::size_t i = 0; i < places.objects.size(); ++i) {
        operation = !pairing.numbered && places.objects[i] == pairing.key;
        if (operation) return object_key(i);
        operation = key == object_key(i);
        if (operation) return key;
    }
    return key;
}

control::AccessName access(std::uint8_t task, std::uint16_t ordinal, const Places& places) {
    return {task % places.tasks, std::max<std::uint32_t>(ordinal, 1)};
}

void plan_pairing(const Pairing& pairing, const Places& places, control::Plan& plan) {
    if (plan.constraint_count >= control::kMaxConstraints) return;
    control::Constraint constraint{};
    constraint.key = key_of(pairing, places, constraint.operation);
    constraint.reader = access(pairing.reader, pairing.reader_ordinal, places);
    constraint.writer = access(pairing.writer, pairing.writer_ordinal, places);
    if (pairing.initial) constraint.writer = {control::kNobody, 0};
    constraint.before = pairing.before && !pairing.initial;
    constraint.poised = pairing.poised;
    plan.constraints[plan.constraint_count++] = constraint;
}

std::optional<Fault> fault_of(const Edit& edit, const engine::FaultTable& table) {
    if (edit.kind == EditKind::Timeout) {
        const auto variant = static_cast<std::uint8_t>(edit.amount % variants_of(FaultKind::Slow));
        return Fault{FaultKind::Slow, variant};
    }
    const auto declared = static_cast<unsigned>(std::popcount(table.kinds));
    if (declared == 0) return std::nullopt;
    std::uint32_t kinds = table.kinds;
    for (unsigned skip = edit.amount % declared; skip > 0; --skip) kinds &= kinds - 1;
    const auto kind = static_cast<FaultKind>(std::countr_zero(kinds));
    return Fault{kind, static_cast<std::uint8_t>(edit.amount / declared % variants_of(kind))};
}

// Of faults that strike at every point it is the point that counts; of others, the chance.
void plan_fault(const Edit& edit, const Places& places, control::Plan& plan) {
    const auto fault = fault_of(edit, places.faults);
    if (!fault || plan.strike_count >= std::min(places.faults.max, control::kMaxStrikes)) return;
    control::TaskMask victims = places.faults.victims[static_cast<std::size_t>(fault->kind)];
    if (victims == 0) return;
    for (unsigned skip = edit.task % control::population(victims); skip > 0; --skip) {
        victims &= victims - 1;
    }
    const bool anywhere = is_deadly(fault->kind) || fault->kind == FaultKind::Pause;
    const std::uint32_t at = std::max<std::uint32_t>(edit.point, 1);
    plan.strikes[plan.strike_count++] = {control::lowest(victims),
                                         anywhere ? 0 : at,
                                         anywhere ? at : 0,
                                         0,
                                         fault->kind,
                                         fault->variant};
}

void plan_edit(const Edit& edit, const Places& places, control::Plan& plan) {
    if (edit.kind == EditKind::Fault || edit.kind == EditKind::Timeout) {
        return plan_fault(edit, places, plan);
    }
    const bool priority = edit.kind == EditKind::Priority;
    const control::TaskIndex task = edit.task % places.tasks;
    plan.prioritised |= priority;
    if (edit.point == 0) {
        if (priority) plan.priorities[task] = static_cast<std::uint8_t>(edit.amount);
        return;
    }
    control::Decision decision{};
    decision.task = task;
    decision.target = priority ? edit.amount % 256 : edit.amount;
    decision.point = edit.point;
    decision.choice = priority ? control::ChoiceKind::Priority : control::ChoiceKind::Hold;
    decision.site = control::kNoSite;
    plan.replay[plan.replay_count++] = decision;
}

// Of several for one any() the first holds.
void plan_genome_inputs(const Genome& genome, const Places& places, control::Plan& plan) {
    std::vector<control::Decision> inputs;
    for (const Input& input : genome.inputs) {
        control::Decision decision{};
        decision.task = input.task % places.tasks;
        decision.point = input.number;
        decision.choice = control::ChoiceKind::Input;
        decision.value = static_cast<std::int64_t>(input.offset);
        inputs.push_back(decision);
    }
    engine::plan_inputs(inputs, plan);
    plan.inputs_wrap = true;
}

}  // namespace

Genome decode(std::span<const std::uint8_t> bytes) {
    Genome genome;
    Reader reader(bytes);
    if (!reader.has(1) || reader.take<std::uint8_t>() != kGenomeVersion) return genome;
    while (reader.has(1)) {
        const auto tag = reader.take<std::uint8_t>();
        if (const auto kind = edit_kind(tag)) {
            if (!reader.has(kEditBytes)) break;
            const Edit edit = take_edit(reader, *kind);
            if (genome.edits.size() < kMaxEdits) genome.edits.push_back(edit);
        } else if (tag % kTags == kPairing) {
            if (!reader.has(kPairingBytes)) break;
            const Pairing pairing = take_pairing(reader, tag);
            if (genome.pairings.size() < control::kMaxConstraints) {
                genome.pairings.push_back(pairing);
            }
        } else if (tag % kTags == kInput) {
            if (!reader.has(kInputBytes)) break;
            const Input input = take_input(reader);
            if (genome.inputs.size() < kMaxInputs) genome.inputs.push_back(input);
        }
    }
    return genome;
}

std::vector<std::uint8_t> encode(const Genome& genome) {
    std::vector<std::uint8_t> bytes{kGenomeVersion};
    for (const Pairing& pairing : genome.pairings) {
        if (bytes.size() + 1 + kPairingBytes > kMaxGenomeBytes) break;
        put(bytes, tag_of(pairing));
        put(bytes, pairing.key);
        put(bytes, pairing.reader);
        put(bytes, pairing.reader_ordinal);
        put(bytes, pairing.writer);
        put(bytes, pairing.writer_ordinal);
    }
    for (const Input& input : genome.inputs) {
        if (bytes.size() + 1 + kInputBytes > kMaxGenomeBytes) break;
        put(bytes, std::uint8_t{kInput});
        put(bytes, input.task);
        put(bytes, input.number);
        put(bytes, input.offset);
    }
    for (const Edit& edit : genome.edits) {
        if (bytes.size() + 1 + kEditBytes > kMaxGenomeBytes) break;
        put(bytes, tag_of(edit.kind));
        put(bytes, edit.task);
        put(bytes, edit.point);
        put(bytes, edit.amount);
    }
    return bytes;
}

std::uint64_t name_of_object(std::string_view name) {
    std::uint64_t hash = name.size();
    for (const char c : name) hash = control::mix(hash, static_cast<unsigned char>(c));
    return hash;
}

std::uint64_t Places::name_of(control::Key key) const {
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (object_key(i) == key) return objects[i];
    }
    return key;
}

void plan_genome(const Genome& genome, const Places& places, control::Plan& plan) {
    engine::plan_calm(plan);
    if (places.tasks == 0) return;
    plan_genome_inputs(genome, places, plan);
    if (genome.edits.empty() && genome.pairings.empty()) return;
    plan.strategy = control::StrategyKind::Guided;
    std::fill(std::begin(plan.priorities), std::end(plan.priorities), kMiddlePriority);
    for (const Edit& edit : genome.edits) plan_edit(edit, places, plan);
    for (const Pairing& pairing : genome.pairings) plan_pairing(pairing, places, plan);
    std::stable_sort(plan.replay, plan.replay + plan.replay_count,
                     [](const control::Decision& a, const control::Decision& b) {
                         return a.task != b.task ? a.task < b.task : a.point < b.point;
                     });
}

}  // namespace stagger::fuzz
