// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/host.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include "harness/agent/agent.hpp"
#include "harness/base/check.hpp"
#include "harness/control/integrity.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"
#include "harness/worker/builder.hpp"
#include "harness/worker/children.hpp"
#include "harness/worker/evaluators.hpp"
#include "harness/worker/layout.hpp"

namespace stagger::worker {
namespace {

using backend::Answer;

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

// With which a builder ends that has torn down all that it made. A plugin that exits does not guess
// it.
constexpr int kTornDown = 113;

class Host {
public:
    explicit Host(control::Segment* segment) { surroundings_.segment = segment; }

    // Takes the job; the answer has the layout, or says why there is none.
    Answer prepare(const std::string& text) {
        Answer answer;
        const Status prepared = try_prepare(text, answer);
        if (!prepared.ok()) answer.error = prepared.error().message;
        if (answer.error.empty() && answer.lacking.empty()) answer.layout = surroundings_.layout;
        return answer;
    }

    // A new builder for each time that the controller asks for processes, until it is gone.
    // Requires: prepared.
    void serve_builds() {
        while (backend::receive_message(backend::kChannelDescriptor)) {
            std::fflush(nullptr);  // or the builder would write it, too
            const int host = getpid();
            const int builder = fork();
            if (builder == 0) become_builder(host);
            if (builder < 0) {
                refuse_build();
                continue;
            }
            int status = 0;
            waitpid(builder, &status, 0);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != kTornDown) end_like(status);
        }
    }

private:
    [[noreturn]] void become_builder(int host) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != host) _exit(1);
        build_and_serve(surroundings_, job_.explored_servers);
        _exit(kTornDown);
    }

    // The order to kill, which follows, finds nothing.
    static void refuse_build() {
        Answer answer;
        answer.error = kNoRoom;
        backend::send_message(backend::kChannelDescriptor, backend::to_text(answer));
        backend::receive_message(backend::kChannelDescriptor);
        backend::send_message(backend::kChannelDescriptor, backend::to_text(Answer()));
    }

    // It ran a plugin's code. The controller watches the host, and tells how that ended.
    [[noreturn]] static void end_like(int status) {
        kill_descendants();
        if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
        constexpr rlimit kNoSecondCore{0, 0};
        setrlimit(RLIMIT_CORE, &kNoSecondCore);
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
        _exit(1);
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

    backend::Job job_;
    spec::Scenario scenario_;
    spec::Case case_;
    std::unique_ptr<CaseBackends> backends_;
    Surroundings surroundings_;
};

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
    if (backend::send_message(backend::kChannelDescriptor, backend::to_text(answer)) && usable)
        host.serve_builds();
    kill_descendants();  // what libraries started when they were loaded
    return 0;
}

}  // namespace stagger::worker
