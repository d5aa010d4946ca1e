// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/host.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <optional>

#include "harness/agent/agent.hpp"
#include "harness/control/integrity.hpp"
#include "harness/control/residue.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"
#include "harness/worker/children.hpp"
#include "harness/worker/descriptors.hpp"
#include "harness/worker/evaluators.hpp"
#include "harness/worker/layout.hpp"
#include "harness/worker/task_process.hpp"

namespace stagger::worker {
namespace {

using backend::Answer;
using backend::Command;

// Between two guard pages: a plugin that runs over the end of its own memory crashes there, rather
// than change what everybody relies on.
control::Segment* map_segment() {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = (sizeof(control::Segment) + page - 1) / page * page;
    void* room = mmap(nullptr, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return nullptr;
    void* address =
        mmap(static_cast<char*>(room) + page, sizeof(control::Segment), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED, backend::kSegmentDescriptor, 0);
    return address == MAP_FAILED ? nullptr : static_cast<control::Segment*>(address);
}

class Host {
public:
    explicit Host(control::Segment* segment) : segment_(segment) {
        surroundings_.segment = segment;
    }

    // Takes the job; the answer has the layout, or says why there is none.
    Answer prepare(const std::string& text) {
        Answer answer;
        const Status prepared = try_prepare(text, answer);
        if (!prepared.ok()) answer.error = prepared.error().message;
        if (answer.error.empty() && answer.lacking.empty()) answer.layout = surroundings_.layout;
        return answer;
    }

    Answer build() {
        Answer answer;
        descriptors_ = open_descriptors();
        const Status created = backends_->create();
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
        if (backends_ != nullptr) answer.residue = backends_->destroy();
        if (descriptors_) {
            const auto left = close_new_descriptors(*descriptors_);
            answer.residue.insert(answer.residue.end(), left.begin(), left.end());
            descriptors_.reset();
        }
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
    static constexpr const char* kNoRoom = "the system has no room for another process";

    bool start_process(std::uint32_t process) {
        return children_.fork_child(process, [&](int parked) {
            close(backend::kChannelDescriptor);
            run_task_process(surroundings_, process, parked);
        });
    }

    Status try_prepare(const std::string& text, Answer& answer) {
        STAGGER_TRY(job_, backend::job_from(text));
        auto parsed = spec::parse_scenario(job_.spec_source, job_.spec_path);
        if (!parsed.scenario) {
            answer.spec_error = true;
            return Error{parsed.diagnostics.front().render()};
        }
        scenario_ = std::move(*parsed.scenario);
        STAGGER_TRY(case_, spec::case_from_json(job_.case_json));
        STAGGER_TRY([[maybe_unused]] Ok trapped, trap_futexes_if_asked());
        surroundings_.scenario = &scenario_;
        surroundings_.spec_case = &case_;
        surroundings_.layout = lay_out(scenario_, case_);
        surroundings_.record_variables = reads_variables(scenario_, case_);
        const auto clients = static_cast<std::uint32_t>(surroundings_.layout.tasks.size());
        auto loaded = CaseBackends::load(scenario_, case_, job_,
                                         process_count(surroundings_.layout), clients);
        if (!loaded.ok()) return loaded.error();
        backends_ = std::make_unique<CaseBackends>(std::move(loaded).value());
        answer.lacking = backends_->lacking();
        if (!answer.lacking.empty()) return Ok{};
        surroundings_.backends = backends_.get();
        STAGGER_TRY(surroundings_.layout.objects, backends_->describe_objects());
        // A server may be in the middle of what the dead one asked it for.
        surroundings_.layout.replaceable = backends_->server_count() == 0;
        add_servers(surroundings_.layout, backends_->server_count());
        if (surroundings_.layout.tasks.size() > control::kMaxTasks) {
            return Error{"the case has more tasks and servers than Stagger can schedule (64)"};
        }
        STAGGER_TRY(surroundings_.evaluators,
                    make_evaluators(scenario_, most_clients(surroundings_.layout)));
        return Ok{};
    }

    Status trap_futexes_if_asked() const {
        const int failed = case_.real_libc ? agent::trap_futexes() : 0;
        if (failed == 0) return Ok{};
        return Error{
            fmt::format("libc = \"real\" needs a seccomp filter, which this system refuses "
                        "({}); leave it out, or allow seccomp(2) here",
                        std::strerror(failed))};
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
            slot.opaque = server && !job_.explored_servers;
            slot.process = layout.tasks[i].process;
            slot.wait_count = 0;
            slot.deadline = control::kNoDeadline;
            slot.lock_holder = 0;
            if (slot.opaque) segment_->execution.silent |= control::bit(i);
        }
    }

    control::Segment* segment_;
    backend::Job job_;
    spec::Scenario scenario_;
    spec::Case case_;
    std::unique_ptr<CaseBackends> backends_;
    Surroundings surroundings_;
    Children children_;
    std::optional<Descriptors> descriptors_;  // before the case's objects were made
};

bool serve_command(Host& host, const std::string& text) {
    if (text.size() != 1) return false;
    const char command = text[0];
    const Answer answer = command == static_cast<char>(Command::Build)     ? host.build()
                          : command == static_cast<char>(Command::Replace) ? host.replace()
                                                                           : host.tear_down();
    return backend::send_message(backend::kChannelDescriptor, backend::to_text(answer));
}

void serve_commands(Host& host) {
    for (;;) {
        pollfd sources[] = {{backend::kChannelDescriptor, POLLIN, 0},
                            {host.death_descriptor(), POLLIN, 0}};
        if (poll(sources, 2, -1) < 0) continue;
        if ((sources[1].revents & POLLIN) != 0) host.note_deaths();
        if (sources[0].revents == 0) continue;
        const auto text = backend::receive_message(backend::kChannelDescriptor);
        if (!text || !serve_command(host, *text)) return;
    }
}

}  // namespace

int run_host() {
    setsid();  // a Ctrl-C at the terminal is for the controller, which then tells the host
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    control::Segment* segment = map_segment();
    if (segment == nullptr) return 1;
    const bool same_build = control::harm(*segment) == nullptr;
    if (!agent::use_segment(segment) || !same_build) {
        Answer answer;
        answer.error =
            "stagger, stagger-worker and libstagger_agent.so are of different builds; install all "
            "of them again";
        backend::send_message(backend::kChannelDescriptor, backend::to_text(answer));
        return 1;
    }
    const auto job = backend::receive_message(backend::kChannelDescriptor);
    if (!job) return 0;
    Host host(segment);
    const Answer answer = host.prepare(*job);
    const bool usable = answer.layout.has_value();
    if (backend::send_message(backend::kChannelDescriptor, backend::to_text(answer)) && usable) {
        serve_commands(host);
    }
    host.tear_down();
    return 0;
}

}  // namespace stagger::worker
