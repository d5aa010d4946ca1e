// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/campaign.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <utility>

#include "harness/base/ending_signals.hpp"
#include "harness/fuzz/job.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::fuzz {
namespace {

constexpr int kTickMs = 200;
constexpr double kNanoseconds = 1e9;

void do_nothing(int) {}

// The campaign tells its jobs when to end; a terminal tells all of them at once. Not ignored, since
// an ignored signal would stay ignored in the workers.
void leave_signals_to_the_campaign() {
    struct sigaction action {};
    action.sa_handler = do_nothing;
    action.sa_flags = SA_RESTART;
    for (const int signal : kEndingSignals) sigaction(signal, &action, nullptr);
}

class Campaign {
public:
    Campaign(const spec::Scenario& scenario, const spec::Case& spec_case,
             const FuzzOptions& options)
        : scenario_(scenario), case_(spec_case), options_(options) {}

    ~Campaign() {
        if (board_ != nullptr) munmap(board_, sizeof(Board));
        for (const int end : pipe_) {
            if (end >= 0) close(end);
        }
    }
    Campaign(const Campaign&) = delete;
    Campaign& operator=(const Campaign&) = delete;

    FuzzResult run() {
        started_ = now();
        result_.result.scenario = scenario_.name;
        result_.result.spec_case = case_;
        result_.result.strategy = "fuzz";
        const Status started = start();
        if (started) supervise();
        board_error(started ? "" : started.error().message);
        conclude();
        return std::move(result_);
    }

private:
    Status start() {
        void* memory =
            mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED || pipe2(pipe_, O_CLOEXEC) != 0) {
            return Error{fmt::format("no memory or pipe for the jobs: {}", std::strerror(errno))};
        }
        board_ = new (memory) Board{};
        board_->last_new.store(started_);
        for (std::uint32_t number = 0; number < options_.jobs; ++number) {
            STAGGER_TRY([[maybe_unused]] Ok started, start_job(number));
        }
        close(pipe_[1]);
        pipe_[1] = -1;
        return Ok{};
    }

    Status start_job(std::uint32_t number) {
        const pid_t campaign = getpid();
        const pid_t pid = fork();
        if (pid < 0) {
            board_->stop.store(true);
            return Error{fmt::format("no process for a job: {}", std::strerror(errno))};
        }
        if (pid > 0) {
            jobs_.push_back(pid);
            return Ok{};
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != campaign) _exit(0);
        leave_signals_to_the_campaign();
        close(pipe_[0]);
        const double seconds = options_.engine.seconds.value_or(0);
        const std::int64_t deadline =
            seconds > 0 ? started_ + static_cast<std::int64_t>(seconds * kNanoseconds) : 0;
        run_job({scenario_, case_, options_, number, pipe_[1], deadline}, *board_);
    }

    // Until the last job has closed its end of the pipe.
    void supervise() {
        std::string text;
        for (;;) {
            pollfd source{pipe_[0], POLLIN, 0};
            const int ready = poll(&source, 1, kTickMs);
            if (is_cancelled() || some_job_failed()) board_->stop.store(true);
            show_progress();
            if (ready <= 0) continue;
            char bytes[4096];
            const ssize_t count = read(pipe_[0], bytes, sizeof(bytes));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            text.append(bytes, static_cast<std::size_t>(count));
            take_lines(text);
        }
        for (std::size_t i = 0; i < jobs_.size(); ++i) await(i);
    }

    void take_lines(std::string& text) {
        for (std::size_t end; (end = text.find('\n')) != std::string::npos;) {
            take(from_line(text.substr(0, end)));
            text.erase(0, end + 1);
        }
    }

    void take(const Report& report) {
        const auto same = std::find_if(reports_.begin(), reports_.end(), [&](const Report& other) {
            return other.path == report.path;
        });
        if (same != reports_.end()) return;
        reports_.push_back(report);
        if (report.is_new) {
            tell(fmt::format("found {}, after {} schedules: {}", report.name, report.found_at,
                             report.path));
        }
        if (options_.stop_at_finding) board_->stop.store(true);
    }

    void tell(const std::string& news) const {
        if (options_.on_news) options_.on_news(news);
    }

    bool is_cancelled() const {
        return options_.engine.cancelled != nullptr && options_.engine.cancelled->load();
    }

    bool some_job_failed() const {
        for (std::uint32_t i = 0; i < options_.jobs; ++i) {
            if (board_->jobs[i].ended.load() && board_->jobs[i].error[0] != '\0') return true;
        }
        return false;
    }

    void await(std::size_t index) {
        int status = 0;
        while (waitpid(jobs_[index], &status, 0) < 0 && errno == EINTR) continue;
        if (!WIFSIGNALED(status)) {
            if (!board_->jobs[index].ended.load()) board_error("libFuzzer gave up");
            return;
        }
        board_error(fmt::format("a job of the campaign was killed by signal {} ({})",
                                WTERMSIG(status), strsignal(WTERMSIG(status))));
    }

    // Once: a person who waits for feedback has to know that some of it is missing.
    void note_crowded_code() {
        for (std::uint32_t i = 0; i < options_.jobs && !crowded_; ++i) {
            crowded_ = board_->jobs[i].code_crowded.load();
        }
        if (!crowded_ || std::exchange(crowding_told_, true)) return;
        tell(
            fmt::format("the instrumented code has more places than the {} that can be told "
                        "apart, so new ones may go unnoticed: instrument fewer sources",
                        control::kCodeFeatures));
    }

    void show_progress() {
        note_crowded_code();
        if (!options_.on_progress) return;
        Progress progress;
        progress.executions = board_->executions.load();
        const std::int64_t time = now();
        const double seconds = static_cast<double>(time - shown_at_) / kNanoseconds;
        if (shown_at_ > 0 && seconds > 0) {
            const double current =
                static_cast<double>(progress.executions - shown_executions_) / seconds;
            rate_ = rate_ > 0 ? 0.8 * rate_ + 0.2 * current : current;  // or nobody could read it
        }
        shown_at_ = time;
        shown_executions_ = progress.executions;
        progress.rate = rate_;
        progress.features = counted(board_->features);
        progress.code_features = code_features();
        for (std::uint32_t i = 0; i < options_.jobs; ++i) {
            progress.interleavings =
                std::max(progress.interleavings, board_->jobs[i].interleavings.load());
        }
        for (const Report& report : reports_)
            ++(report.is_new ? progress.findings : progress.known);
        progress.seconds_since_new = seconds_since_new(time);
        options_.on_progress(progress);
    }

    template <std::size_t N>
    static std::uint64_t counted(const std::atomic<std::uint8_t> (&features)[N]) {
        std::uint64_t count = 0;
        for (const auto& feature : features) count += feature.load(std::memory_order_relaxed);
        return count;
    }

    double seconds_since_new(std::int64_t time) const {
        return static_cast<double>(time - board_->last_new.load()) / kNanoseconds;
    }

    std::optional<std::uint64_t> code_features() const {
        const auto seen = [](const JobBoard& job) { return job.code_seen.load(); };
        if (!std::any_of(board_->jobs, board_->jobs + options_.jobs, seen)) return std::nullopt;
        return counted(board_->code_features);
    }

    void board_error(const std::string& message) {
        if (error_.empty()) error_ = message;
    }

    void conclude() {
        engine::CaseResult& result = result_.result;
        result_.interrupted = is_cancelled();
        if (board_ != nullptr) gather();
        result.seconds = static_cast<double>(now() - started_) / kNanoseconds;
        if (!error_.empty()) {
            result.status = lacking_ ? engine::CaseStatus::Skip : engine::CaseStatus::Error;
            result.verdict = lacking_ ? "skipped" : "error";
            result.message = error_;
            return;
        }
        for (const Report& report : reports_) show(report);
        judge();
    }

    void gather() {
        engine::Evidence& evidence = result_.result.evidence;
        result_.result.schedules = board_->executions.load();
        result_.seconds_since_new = seconds_since_new(now());
        evidence.features = counted(board_->features);
        evidence.code_features = code_features();
        note_crowded_code();
        for (std::uint32_t i = 0; i < options_.jobs; ++i) {
            const JobBoard& job = board_->jobs[i];
            board_error(job.error);
            result_.result.spec_error |= job.spec_failed;
            lacking_ |= job.lacking;
            result_.unconfirmed += job.unconfirmed.load();
            result_.repeated += job.repeated.load();
            met_ |= job.met.load();
            evidence.interleavings = std::max(evidence.interleavings, job.interleavings.load());
            evidence.contended_points = std::max(evidence.contended_points, job.contended.load());
            evidence.interleavings_saturated |= job.saturated.load();
            evidence.chance_of_new = std::max(evidence.chance_of_new, job.chance_of_new.load());
        }
    }

    // From its file, as anybody would replay it; those known before only count.
    void show(const Report& report) {
        engine::CaseResult& result = result_.result;
        result.first_finding_at =
            std::min(result.first_finding_at.value_or(report.found_at), report.found_at);
        const auto file = schedule::read_file(report.path);
        if (!file) {
            result.message = file.error().message;
            return;
        }
        for (const std::string& symptom : file->symptoms) note_symptom(symptom);
        const bool expected = std::any_of(
            file->symptoms.begin(), file->symptoms.end(), [&](const std::string& symptom) {
                return std::find(case_.finds.begin(), case_.finds.end(), symptom) !=
                       case_.finds.end();
            });
        unexpected_ |= !expected;
        result_.known += report.is_new ? 0 : 1;
        if (!report.is_new) return;
        auto replay = engine::replay(scenario_, case_, *file, options_.engine.replays, false,
                                     options_.engine);
        if (!replay || replay->result.findings.empty()) return;
        engine::Finding finding = std::move(replay->result.findings.front());
        finding.found_at = report.found_at;
        finding.schedule_path = report.path;
        result.findings.push_back(std::move(finding));
    }

    void note_symptom(const std::string& symptom) {
        auto& symptoms = result_.result.symptoms;
        if (std::find(symptoms.begin(), symptoms.end(), symptom) != symptoms.end()) return;
        symptoms.push_back(symptom);
        std::sort(symptoms.begin(), symptoms.end(), [](const auto& a, const auto& b) {
            return check::symptom(a) < check::symptom(b);
        });
    }

    void judge() {
        engine::CaseResult& result = result_.result;
        const bool missing =
            std::any_of(case_.finds.begin(), case_.finds.end(), [&](const std::string& symptom) {
                return std::find(result.symptoms.begin(), result.symptoms.end(), symptom) ==
                       result.symptoms.end();
            });
        result.verdict = result.symptoms.empty() ? "ok" : result.symptoms.front();
        if (unexpected_) {
            result.status = engine::CaseStatus::Fail;
        } else if (missing) {
            result.status =
                result_.interrupted ? engine::CaseStatus::Inconclusive : engine::CaseStatus::Fail;
            result.message = fmt::format("expected to find {}, which did not show in {} schedules",
                                         fmt::join(case_.finds, ", "), result.schedules);
        } else if (!met_) {
            result.status = engine::CaseStatus::Inconclusive;
            result.verdict = "no-evidence";
            result.message = "no two tasks ever touched a common object, so nothing was tested";
        } else {
            result.status = engine::CaseStatus::Pass;
        }
    }

    const spec::Scenario& scenario_;
    const spec::Case& case_;
    const FuzzOptions& options_;
    Board* board_ = nullptr;
    int pipe_[2] = {-1, -1};
    std::vector<pid_t> jobs_;
    std::vector<Report> reports_;
    FuzzResult result_;
    std::string error_;
    bool lacking_ = false, met_ = false, unexpected_ = false;
    bool crowded_ = false, crowding_told_ = false;
    std::int64_t started_ = 0, shown_at_ = 0;
    std::uint64_t shown_executions_ = 0;
    double rate_ = 0;
};

}  // namespace

FuzzResult run_campaign(const spec::Scenario& scenario, const spec::Case& spec_case,
                        const FuzzOptions& options) {
    return Campaign(scenario, spec_case, options).run();
}

}  // namespace stagger::fuzz
