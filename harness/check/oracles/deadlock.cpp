// SPDX-License-Identifier: Apache-2.0
//
// Deadlock: all that have not ended wait, and every possible waker is a task. Says who holds what
// and who waits for what, as a cycle where there is one.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/stuck.hpp"

namespace stagger::check::oracle {

namespace {

using history::History;
using history::kNone;

bool can_be_held(const History& history, std::uint32_t object) {
    if (object == kNone) return false;
    const ObjectType type = history.objects[object].type;
    return type == ObjectType::Mutex || type == ObjectType::Semaphore || type == ObjectType::RwLock;
}

class WaitForGraph {
public:
    explicit WaitForGraph(Context& context)
        : context_(context),
          history_(context.history),
          sleepers_(sleepers(context)),
          deaths_(deaths(context.history)) {
        if (sleepers_.empty()) add_last_look();
        for (const Sleeper& sleeper : sleepers_) edges_.push_back(awaited(sleeper));
    }

    void report() {
        for (std::size_t start = 0; start < sleepers_.size(); ++start) {
            std::vector<std::size_t> path;
            if (find_cycle(start, start, path)) return report_cycle(path);
        }
        deaths_.empty() ? report_all() : report_crash();
    }

private:
    // Where all others have ended, it is the parent that waits.
    void add_last_look() {
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) {
            const history::Call& call = history_.calls[i];
            if (call.operation != Operation::Snapshot || call.responded != kNone) continue;
            const std::string name = object_name(history_, call.object);
            sleepers_.push_back({call.task, call.object, i, "its last look at " + name});
        }
    }

    // The tasks of which one must do something before the sleeper can go on.
    std::vector<std::uint32_t> awaited(const Sleeper& sleeper) const {
        if (can_be_held(history_, sleeper.object)) return holders_before(sleeper);
        std::vector<std::uint32_t> tasks;
        for (std::uint32_t task = 0; task < history_.tasks.size(); ++task)
            if (sleeper.what == "join " + history_.tasks[task].role) tasks.push_back(task);
        return tasks;
    }

    // Several hold a read-write lock for reading: who wants to write waits for the others, and for
    // itself only where nobody else reads.
    std::vector<std::uint32_t> holders_before(const Sleeper& sleeper) const {
        auto tasks = holders(context_, sleeper.object);
        const bool shared = history_.objects[sleeper.object].type == ObjectType::RwLock;
        if (shared && tasks.size() > 1) std::erase(tasks, sleeper.task);
        return tasks;
    }

    // Depth first, each sleeper visited once per start: deadlocks are small.
    bool find_cycle(std::size_t from, std::size_t goal, std::vector<std::size_t>& path) {
        path.push_back(from);
        for (std::uint32_t task : edges_[from]) {
            for (std::size_t next = 0; next < sleepers_.size(); ++next) {
                if (sleepers_[next].task != task) continue;
                if (next == goal) return true;
                const bool visited = std::find(path.begin(), path.end(), next) != path.end();
                if (!visited && next > goal && find_cycle(next, goal, path)) return true;
            }
        }
        path.pop_back();
        return false;
    }

    std::string name(const Sleeper& sleeper) const { return task_name(history_, sleeper.task); }

    std::string holdings(const Sleeper& sleeper) const {
        std::string held;
        for (std::uint32_t object = 0; object < history_.objects.size(); ++object) {
            if (!can_be_held(history_, object)) continue;
            const auto tasks = holders(context_, object);
            if (std::find(tasks.begin(), tasks.end(), sleeper.task) == tasks.end()) continue;
            held += held.empty() ? "holds " : " and ";
            held += object_name(history_, object);
        }
        return held.empty() ? held : held + " and ";
    }

    std::string phrase(const Sleeper& sleeper, const std::string& holder) const {
        const std::string what = can_be_held(history_, sleeper.object)
                                     ? "for " + object_name(history_, sleeper.object)
                                     : "in " + (sleeper.what.empty() ? "a call" : sleeper.what);
        return fmt::format("{} {}waits {}{}", name(sleeper), holdings(sleeper), what, holder);
    }

    void report_cycle(const std::vector<std::size_t>& cycle) {
        std::string text;
        std::vector<std::string> objects;
        std::vector<std::uint32_t> calls;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const Sleeper& sleeper = sleepers_[cycle[i]];
            const Sleeper& next = sleepers_[cycle[(i + 1) % cycle.size()]];
            const bool held = can_be_held(history_, sleeper.object);
            if (held) objects.push_back(object_name(history_, sleeper.object));
            if (sleeper.call != kNone) calls.push_back(sleeper.call);
            const std::string other = &sleeper == &next ? "it" : name(next);
            text += (i == 0 ? "" : "; ") +
                    phrase(sleeper, held ? fmt::format(", which {} holds", other) : "");
        }
        // The same cycle has the same name, whoever fell asleep first.
        const auto first = std::min_element(objects.begin(), objects.end());
        context_.report(Symptom::Deadlock, first == objects.end() ? "" : *first, text + ".",
                        std::move(calls));
    }

    // Why a task ended with what it held: the last thing that it did may have failed.
    std::string failure_of(std::uint32_t task) const {
        const history::Call* last = nullptr;
        for (const history::Call& call : history_.calls)
            if (call.task == task) last = &call;
        if (!last || last->checked || last->status != ResultStatus::Error) return "";
        return fmt::format(" (its {} had failed: {})", describe(history_, *last), last->failure);
    }

    std::string idle_holders(std::size_t index) const {
        if (!can_be_held(history_, sleepers_[index].object)) return "";
        std::string text;
        for (std::uint32_t task : edges_[index]) {
            const bool sleeps =
                std::any_of(sleepers_.begin(), sleepers_.end(),
                            [&](const Sleeper& other) { return other.task == task; });
            text += fmt::format(", which {} {}", task_name(history_, task),
                                sleeps ? "holds" : "held when it ended" + failure_of(task));
        }
        return text;
    }

    // Who waits for what a dead task held, or was at work on; else for what it would have done.
    void report_crash() {
        std::string text;
        std::vector<std::uint32_t> calls;
        std::string object;
        for (const Sleeper& sleeper : sleepers_) {
            text += (text.empty() ? "" : "; ") + phrase(sleeper, left_by_the_dead(sleeper));
            if (sleeper.call != kNone) calls.push_back(sleeper.call);
            if (object.empty() && sleeper.object != kNone)
                object = object_name(history_, sleeper.object);
        }
        if (text.find(", which") == std::string::npos)
            text += (text.empty() ? "" : "; ") + describe_death(history_, deaths_.front());
        context_.report(Symptom::StuckAfterCrash, object, text + ".", std::move(calls));
    }

    std::string left_by_the_dead(const Sleeper& sleeper) const {
        if (sleeper.object == kNone) return "";
        for (const Death& death : dead_holders(context_, sleeper.object)) {
            return fmt::format(", which {} held when it was killed",
                               task_name(history_, death.task));
        }
        for (const Death& death : deaths_) {
            if (death.call == kNone || history_.calls[death.call].object != sleeper.object)
                continue;
            return fmt::format(", which {} was at work on when it was killed, in {}",
                               task_name(history_, death.task),
                               describe(history_, history_.calls[death.call]));
        }
        return "";
    }

    void report_all() {
        std::string text = "Nobody can go on";
        std::vector<std::uint32_t> calls;
        for (std::size_t i = 0; i < sleepers_.size(); ++i) {
            text += (i == 0 ? ": " : "; ") + phrase(sleepers_[i], idle_holders(i));
            if (sleepers_[i].call != kNone) calls.push_back(sleepers_[i].call);
        }
        const bool one = sleepers_.size() == 1 && sleepers_[0].object != kNone;
        context_.report(Symptom::Deadlock, one ? object_name(history_, sleepers_[0].object) : "",
                        text + ".", std::move(calls));
    }

    Context& context_;
    const History& history_;
    std::vector<Sleeper> sleepers_;
    std::vector<Death> deaths_;
    std::vector<std::vector<std::uint32_t>> edges_;  // by sleeper: tasks it waits for
};

}  // namespace

void deadlock(Context& context) {
    if (context.history.ending == history::Ending::Deadlock) WaitForGraph(context).report();
}

}  // namespace stagger::check::oracle
