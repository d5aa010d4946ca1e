// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/builder.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

#include "harness/control/residue.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/worker/children.hpp"
#include "harness/worker/descriptors.hpp"
#include "harness/worker/layout.hpp"
#include "harness/worker/task_process.hpp"

namespace stagger::worker {
namespace {

using backend::Answer;
using backend::Command;

class Builder {
public:
    Builder(Surroundings& surroundings, bool explored_servers)
        : surroundings_(surroundings),
          segment_(surroundings.segment),
          explored_servers_(explored_servers) {}

    Answer build() {
        Answer answer;
        const Status created = surroundings_.backends->create();
        if (!created.ok()) {
            answer.error = created.error().message;
            return answer;
        }
        set_up_slots();
        for (std::uint32_t i = 0; i < process_count(surroundings_.layout); ++i) {
            if (!start_process(i)) {
                answer.error = kNoRoom;
                return answer;
            }
        }
        answer.error = children_.await_parked(surroundings_.layout.tasks.size());
        return answer;
    }

    Answer tear_down() {
        children_.kill_all();
        Answer answer;
        answer.residue = surroundings_.backends->destroy();
        const auto left = close_new_descriptors(descriptors_);
        answer.residue.insert(answer.residue.end(), left.begin(), left.end());
        control::remove_residue(*segment_, answer.residue);
        return answer;
    }

    // New processes for those that faults killed; they still have to join the backends.
    Answer replace() {
        Answer answer;
        const std::vector<std::uint32_t> dead = children_.reap_killed(*segment_);
        std::size_t tasks = 0;
        for (const std::uint32_t process : dead) {
            if (!start_process(process)) {
                answer.error = kNoRoom;
                return answer;
            }
            for (const history::Task& task : surroundings_.layout.tasks) {
                tasks += task.process == process ? 1 : 0;
            }
        }
        answer.error = children_.await_parked(tasks);
        return answer;
    }

    // A child ended: if it should not have, the execution is over; or it starts again.
    void note_deaths() {
        for (const std::uint32_t process :
             children_.report_deaths(*segment_, surroundings_.layout)) {
            if (start_process(process)) continue;
            control::finish(*segment_, control::Ending::HarnessError, control::kNobody, kNoRoom);
            segment_->execution.over.store(1, std::memory_order_release);
        }
    }
    int death_descriptor() const { return children_.death_descriptor(); }

private:
    bool start_process(std::uint32_t process) {
        return children_.fork_child(process, [&](int parked) {
            close(backend::kChannelDescriptor);
            run_task_process(surroundings_, process, parked);
        });
    }

    void set_up_slots() {
        const backend::Layout& layout = surroundings_.layout;
        segment_->settings.task_count = static_cast<std::uint32_t>(layout.tasks.size());
        segment_->execution.silent = 0;
        for (control::TaskSlot& slot : segment_->tasks) {
            slot.token.store(0);
            slot.sight.store(control::Sight::Seen);
            slot.in_agent.store(false);
            slot.state = control::TaskState::Unused;
        }
        for (control::TaskIndex i = 0; i < layout.tasks.size(); ++i) {
            control::TaskSlot& slot = segment_->tasks[i];
            const bool server = layout.kinds[i] == backend::Layout::Kind::Server;
            slot.state = control::TaskState::Ended;
            slot.kind = static_cast<control::TaskKind>(layout.kinds[i]);
            slot.opaque = server && !explored_servers_;
            slot.process = layout.tasks[i].process;
            slot.wait_count = 0;
            slot.deadline = control::kNoDeadline;
            slot.lock_holder = 0;
            if (slot.opaque) segment_->execution.silent |= control::bit(i);
        }
    }

    Surroundings& surroundings_;
    control::Segment* const segment_;
    const bool explored_servers_;
    Children children_;
    const Descriptors descriptors_ = open_descriptors();  // before the case's objects are made
};

bool answer(const Answer& given) {
    return backend::send_message(backend::kChannelDescriptor, backend::to_text(given));
}

// Until the end is asked for, or nobody asks any more.
bool serve_commands(Builder& builder) {
    for (;;) {
        pollfd sources[] = {{backend::kChannelDescriptor, POLLIN, 0},
                            {builder.death_descriptor(), POLLIN, 0}};
        if (poll(sources, 2, -1) < 0) continue;
        if ((sources[1].revents & POLLIN) != 0) builder.note_deaths();
        if (sources[0].revents == 0) continue;
        const auto text = backend::receive_message(backend::kChannelDescriptor);
        if (!text || text->size() != 1) return false;
        if ((*text)[0] == static_cast<char>(Command::Kill)) return true;
        if (!answer(builder.replace())) return false;
    }
}

}  // namespace

// The last answer comes when no code of plugins is left to run: what goes wrong in that is still a
// part of the order that it answers.
void build_and_serve(Surroundings& surroundings, bool explored_servers) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    bool is_asked = false;
    Answer left;
    {
        Builder builder(surroundings, explored_servers);
        is_asked = answer(builder.build()) && serve_commands(builder);
        left = builder.tear_down();
    }
    std::fflush(nullptr);
    if (is_asked) answer(left);
}

}  // namespace stagger::worker
