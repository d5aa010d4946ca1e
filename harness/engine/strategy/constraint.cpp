// SPDX-License-Identifier: Apache-2.0
//
// Wolff, Shi, Duck, Mathur, Roychoudhury: "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024.
// A schedule is a few constraints "this access reads what that one wrote" or "comes before it".
// First those between steps that never met like that, then between single accesses; then sets of
// several, most of them made from sets that showed something new.
#include <algorithm>
#include <array>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

using control::Constraint;

constexpr std::size_t kMaxPool = 256;
constexpr std::uint64_t kTries = 64;
// Draws are random, so they may have missed an aim: one plan in so many looks again.
constexpr std::uint64_t kDryPlans = 64;

class Draws {
public:
    explicit Draws(const Planning& planning) : planning_(planning) {}
    std::uint64_t below(std::uint64_t bound) { return planning_.draw(++salt_, bound); }

private:
    const Planning& planning_;
    std::uint64_t salt_ = 1000;
};

// Where pairs are looked for. What happens to objects is what oracles judge; single words of memory
// are for what happens inside of operations; of locks and the like, from which nobody reads a
// value, only the order can be aimed at.
enum class Level : std::uint8_t { Operations, Memory, Order };

// Draws random pairs of accesses, of different tasks, in which tasks can meet.
class Aim {
public:
    explicit Aim(const Knowledge& knowledge) : knowledge_(knowledge) {
        for (const KeyUse& use : knowledge.keys()) {
            if (!use.contended() || use.total < 2) continue;
            const Level level = use.readers == 0 ? Level::Order
                                : use.operation  ? Level::Operations
                                                 : Level::Memory;
            keys_[static_cast<std::size_t>(level)].push_back(&use);
        }
    }

    bool possible() const {
        return std::any_of(keys_.begin(), keys_.end(),
                           [](const auto& keys) { return !keys.empty(); });
    }
    const Knowledge& knowledge() const { return knowledge_; }

    // False if the draw gave no pair. On the level of order the first comes right after the other.
    bool draw(Draws& draws, Level level, ReadsFrom& pair) const {
        const auto& keys = keys_[static_cast<std::size_t>(level)];
        if (keys.empty()) return false;
        const KeyUse& use = *keys[draws.below(keys.size())];
        pair.key = use.key;
        const bool reads = level != Level::Order;
        return draw_access(draws, use, reads ? use.readers : use.tasks,
                           reads ? &Access::reads : nullptr, pair.reader) &&
               draw_writer(draws, pair);
    }

    // Somebody else's write, or the initial value, for a read that is given.
    bool draw_writer(Draws& draws, ReadsFrom& pair) const {
        const KeyUse* use = knowledge_.use_of(pair.key);
        if (use == nullptr) return false;
        pair.writer = {control::kNobody, 0};
        // Who wrote before sees the initial value no more.
        if (draws.below(4) == 0) return !wrote_before(pair);
        const control::TaskMask others = use->writers & ~control::bit(pair.reader.task);
        return draw_access(draws, *use, others, &Access::writes, pair.writer);
    }

    // It wrote itself before it reads: who writes for it has to come in between.
    bool wrote_before(const ReadsFrom& pair) const {
        const KeyUse* use = knowledge_.use_of(pair.key);
        if (use == nullptr) return false;
        const std::vector<Access>& known = use->accesses[pair.reader.task];
        return std::any_of(known.begin(), known.begin() + (pair.reader.ordinal - 1),
                           [](const Access& access) { return access.writes; });
    }

    bool is_operation(control::Key key) const {
        const KeyUse* use = knowledge_.use_of(key);
        return use != nullptr && use->operation;
    }

private:
    // By role first, then by task: many that do the same do not hide who does something else, and
    // one that loops does not hide the others.
    bool draw_access(Draws& draws, const KeyUse& use, control::TaskMask tasks, bool Access::*wanted,
                     control::AccessName& name) const {
        if (tasks == 0) return false;
        tasks = draw_group(draws, tasks);
        for (std::uint64_t left = draws.below(control::population(tasks)); left > 0; --left) {
            tasks &= tasks - 1;
        }
        name.task = control::lowest(tasks);
        const std::vector<Access>& known = use.accesses[name.task];
        if (known.empty()) return false;
        name.ordinal = 1 + static_cast<std::uint32_t>(draws.below(known.size()));
        return wanted == nullptr || known[name.ordinal - 1].*wanted;
    }

    control::TaskMask draw_group(Draws& draws, control::TaskMask tasks) const {
        std::vector<std::uint32_t> groups;
        for (control::TaskMask rest = tasks; rest != 0; rest &= rest - 1) {
            const std::uint32_t group = knowledge_.group_of(control::lowest(rest));
            if (std::find(groups.begin(), groups.end(), group) == groups.end()) {
                groups.push_back(group);
            }
        }
        const std::uint32_t chosen = groups[draws.below(groups.size())];
        control::TaskMask members = 0;
        for (control::TaskMask rest = tasks; rest != 0; rest &= rest - 1) {
            const control::TaskIndex task = control::lowest(rest);
            if (knowledge_.group_of(task) == chosen) members |= control::bit(task);
        }
        return members;
    }

    const Knowledge& knowledge_;
    std::array<std::vector<const KeyUse*>, 3> keys_;  // by level
};

class ConstraintPlanner final : public Planner {
public:
    void plan(const Planning& planning, control::Plan& plan) override {
        plan_filtered(planning, control::StrategyKind::Guided, plan);
        const Aim aim(*planning.knowledge);
        set_.clear();
        if (!aim.possible()) return;
        Draws draws(planning);
        commits_ = true;
        const bool aimed = !is_dry(*planning.knowledge) && draws.below(32) != 0 &&
                           aim_at_something_new(aim, draws);
        aimed_ = aimed;
        if (!aimed) recombine(aim, draws);
        choose_base(planning, draws, plan);
        constrain(plan);
    }

    void add_aim(const Planning& planning, control::Plan& plan) override {
        const Aim aim(*planning.knowledge);
        Draws draws(planning);
        set_.clear();
        if (!aim.possible() || is_dry(*planning.knowledge)) return;
        commits_ = false;
        if (aim_at_something_new(aim, draws)) constrain(plan);
    }

    bool has_aims() const override { return aimed_; }

    void learn(const Outcome& outcome) override {
        if (outcome.new_features == 0 || set_.empty()) return;
        if (pool_.size() < kMaxPool) {
            pool_.push_back(set_);
        } else {
            pool_[next_in_pool_++ % kMaxPool] = set_;
        }
    }

private:
    // What the constraints leave open is calm, or in another order, or with switches of its own.
    static void choose_base(const Planning& planning, Draws& draws, control::Plan& plan) {
        const std::uint64_t base = draws.below(4);
        plan.shuffled = base == 2;
        plan.prioritised = base == 3;
        if (base >= 2) shuffle_priorities(planning, plan);
    }

    void constrain(control::Plan& plan) const {
        for (const Constraint& constraint : set_) {
            plan.constraints[plan.constraint_count++] = constraint;
        }
    }

    static Constraint constraint_for(const Aim& aim, const ReadsFrom& pair, bool before) {
        return {pair.key,    pair.reader,
                pair.writer, aim.is_operation(pair.key),
                before,      !before && aim.wrote_before(pair)};
    }

    // True while nothing new was learned since the last aim was used up: looking for one again
    // would cost more than the execution itself.
    bool is_dry(const Knowledge& knowledge) {
        const bool same = knowledge.version() == dry_version_;
        return same && ++dry_plans_ % kDryPlans != 0;
    }

    bool aim_at_something_new(const Aim& aim, Draws& draws) {
        const bool aimed = aim_at_new_steps(aim, draws) ||
                           aim_at_new_pair(aim, Level::Operations, draws) ||
                           aim_at_new_pair(aim, Level::Memory, draws);
        if (!aimed) dry_version_ = aim.knowledge().version();
        return aimed;
    }

    // What is aimed at on top of another's plan is met if that lets it be, so it does not count.
    bool is_untried(std::uint64_t name) {
        return commits_ ? tried_.insert(name).second : !tried_.contains(name);
    }

    // From what most likely matters to what seldom does.
    bool aim_at_new_steps(const Aim& aim, Draws& draws) {
        for (const bool again : {false, true}) {
            for (const Level level : {Level::Operations, Level::Memory}) {
                if (aim_at_new_sites(aim, level, again, draws)) return true;
                if (!again && aim_at_new_row(aim, level, draws)) return true;
            }
            if (aim_at_new_sites(aim, Level::Order, again, draws)) return true;
            if (!again && aim_at_new_chain(aim, Level::Operations, draws)) return true;
        }
        return false;
    }

    // The first shot lets the writer go first, the second the reader, which then waits for it; or
    // the other way round, where only that can be.
    bool take_aim(const Aim& aim, const ReadsFrom& pair, bool again, std::uint64_t name) {
        if (again && pair.writer.task == control::kNobody) return false;
        if (!is_untried(again ? ~name : name)) return false;
        Constraint constraint = constraint_for(aim, pair, false);
        constraint.poised ^= again;
        set_ = {constraint};
        return true;
    }

    // Two steps that never met like that.
    bool aim_at_new_sites(const Aim& aim, Level level, bool again, Draws& draws) {
        for (std::uint64_t i = 0; i < kTries; ++i) {
            ReadsFrom pair;
            if (!aim.draw(draws, level, pair)) continue;
            const std::uint64_t name = aim.knowledge().sites_name(pair);
            if (aim.knowledge().has_seen_sites(name)) continue;
            if (take_aim(aim, pair, again, name)) return true;
        }
        return false;
    }

    // Two reads in a row that never saw these two writes: an inconsistent look at things.
    bool aim_at_new_row(const Aim& aim, Level level, Draws& draws) {
        for (std::uint64_t i = 0; i < kTries; ++i) {
            ReadsFrom first;
            if (!aim.draw(draws, level, first)) continue;
            ReadsFrom second = aim.knowledge().next_read(first);
            if (second.key == control::kNoKey || !aim.draw_writer(draws, second)) continue;
            const std::uint64_t name = Knowledge::row_name(aim.knowledge().sites_name(first),
                                                           aim.knowledge().sites_name(second));
            if (aim.knowledge().has_seen_row(name) || !is_untried(name)) continue;
            set_ = {constraint_for(aim, first, false), constraint_for(aim, second, false)};
            return true;
        }
        return false;
    }

    // A read of what was written after a read that never saw this write: what one task does on
    // grounds that another has changed, or changes next.
    bool aim_at_new_chain(const Aim& aim, Level level, Draws& draws) {
        for (std::uint64_t i = 0; i < kTries; ++i) {
            ReadsFrom last;
            if (!aim.draw(draws, level, last) || last.writer.task == control::kNobody) continue;
            ReadsFrom first = aim.knowledge().read_before_write(last);
            if (first.key == control::kNoKey || !aim.draw_writer(draws, first)) continue;
            const std::uint64_t name = Knowledge::chain_name(aim.knowledge().sites_name(last),
                                                             aim.knowledge().sites_name(first));
            if (aim.knowledge().has_seen_chain(name) || !is_untried(name)) continue;
            set_ = {constraint_for(aim, first, false), constraint_for(aim, last, false)};
            return true;
        }
        return false;
    }

    // Two single accesses whose steps did meet like that, in other instances.
    bool aim_at_new_pair(const Aim& aim, Level level, Draws& draws) {
        for (std::uint64_t i = 0; i < kTries; ++i) {
            ReadsFrom pair;
            if (!aim.draw(draws, level, pair) || aim.knowledge().has_seen(pair)) continue;
            if (!aim.knowledge().has_seen_sites(aim.knowledge().sites_name(pair))) continue;
            if (take_aim(aim, pair, draws.below(4) == 0, pair.name())) return true;
        }
        return false;
    }

    // A set from the pool with one constraint more, less or changed, or two sets put together.
    void recombine(const Aim& aim, Draws& draws) {
        if (!pool_.empty()) set_ = pool_[draws.below(pool_.size())];
        if (!pool_.empty() && draws.below(4) == 0) {
            const auto& other = pool_[draws.below(pool_.size())];
            set_.insert(set_.end(), other.begin(), other.end());
        }
        if (set_.size() > 1 && draws.below(3) == 0) {
            set_.erase(set_.begin() + static_cast<std::ptrdiff_t>(draws.below(set_.size())));
        }
        const std::uint64_t more = 1 + draws.below(2);
        for (std::uint64_t i = 0, added = 0; i < kTries && added < more; ++i) {
            ReadsFrom pair;
            if (!aim.draw(draws, static_cast<Level>(draws.below(3)), pair)) continue;
            const bool before = pair.writer.task != control::kNobody && draws.below(3) == 0;
            const auto at = static_cast<std::ptrdiff_t>(draws.below(set_.size() + 1));
            set_.insert(set_.begin() + at, constraint_for(aim, pair, before));
            ++added;
        }
        if (set_.size() > control::kMaxConstraints) set_.resize(control::kMaxConstraints);
    }

    std::vector<Constraint> set_;  // of the last plan
    std::vector<std::vector<Constraint>> pool_;
    std::size_t next_in_pool_ = 0;
    std::unordered_set<std::uint64_t> tried_;
    bool aimed_ = true;    // the last plan was
    bool commits_ = true;  // an aim that is taken is used up
    std::size_t dry_version_ = 0;
    std::uint64_t dry_plans_ = 0;
};

}  // namespace

std::unique_ptr<Planner> make_constraint() {
    return std::make_unique<ConstraintPlanner>();
}

}  // namespace stagger::engine
