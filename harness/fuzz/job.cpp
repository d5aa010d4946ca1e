// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/job.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <deque>
#include <optional>

#include "harness/engine/determinism.hpp"
#include "harness/fuzz/corpus.hpp"
#include "harness/fuzz/driver.hpp"
#include "harness/fuzz/finder.hpp"

namespace stagger::fuzz {
namespace {

// How often a job looks what others have put into the corpus.
constexpr std::int64_t kBetweenLooks = 1'000'000'000;
constexpr std::uint64_t kBetweenTallies = 256;
// With feedback what is worth it is kept at once, and every mutant stays near something that was.
// Without, all begin from the calm course, and must come far.
constexpr std::uint32_t kDepth = 1, kDepthWithoutFeedback = 8;

// libFuzzer wants to see something, or it gives up: the same each time tells it nothing.
constexpr std::array<std::uint16_t, 1> kNothingToSee{0};

class Job final : public Fuzzed {
public:
    Job(const JobSettings& settings, Board& board)
        : settings_(settings), board_(board), own_(board.jobs[settings.number]) {
        engine_options_ = settings.options.engine;
        engine_options_.seed = control::mix(engine_options_.seed, settings.number);
    }

    [[noreturn]] void run() {
        auto corpus = Corpus::open(settings_.options.corpus);
        if (!corpus) end(corpus.error().message);
        corpus_ = std::move(*corpus);
        auto opened = Subject::open(settings_.scenario, settings_.spec_case, engine_options_);
        if (const auto* failure = std::get_if<engine::PoolFailure>(&opened)) {
            own_.spec_failed = failure->spec_error;
            own_.lacking = failure->lacking;
            end(failure->message);
        }
        subject_ = std::move(std::get<std::unique_ptr<Subject>>(opened));
        finder_.emplace(*subject_, settings_.scenario, settings_.spec_case, engine_options_);
        note_features();  // of the calm execution
        import_news();
        // Libraries talk to stderr; what a person has to know goes through the board.
        const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
        run_libfuzzer(*this, static_cast<std::uint32_t>(engine_options_.seed),
                      settings_.options.depth.value_or(
                          settings_.options.feedback ? kDepth : kDepthWithoutFeedback));
        end("libFuzzer did not begin");
    }

    void execute(std::span<const std::uint8_t> genome) override {
        if (is_over()) end("");
        const auto executed = subject_->execute(genome);
        if (!executed) fail(executed.error());
        const std::uint64_t number = ++board_.executions;
        if (settings_.options.feedback) {
            show_features(subject_->coverage().last());
            show_code(subject_->code().last());
        } else {
            show_features(kNothingToSee);
        }
        const bool keep = executed->new_features > 0;
        if (keep) note_features();
        const bool suspect = finder_->is_suspect(*executed->seen);
        // Before it is looked into: a campaign that is killed meanwhile finds it again.
        if (keep || suspect) store(genome);
        const bool passed = executed->seen->verdict.violations.empty();
        if (suspect) investigate(number);
        if (passed && engine::is_repeated(own_executions_++)) repeat(number);
        if (number % kBetweenTallies == 0) tally();
    }

    const Terrain& terrain() const override { return subject_->terrain(); }

    Bytes next_import() override {
        if (settings_.options.jobs > 1 && now() - looked_ > kBetweenLooks) import_news();
        if (imports_.empty()) return {};
        Bytes next = std::move(imports_.front());
        imports_.pop_front();
        return next;
    }

private:
    bool is_over() const {
        const auto budget = settings_.options.engine.schedules;
        return board_.stop.load(std::memory_order_relaxed) ||
               (budget && board_.executions.load(std::memory_order_relaxed) >= *budget) ||
               (settings_.deadline > 0 && now() >= settings_.deadline);
    }

    void import_news() {
        looked_ = now();
        for (Bytes& entry : corpus_->news()) imports_.push_back(std::move(entry));
    }

    void store(std::span<const std::uint8_t> genome) {
        if (genome.empty()) return;
        const Status added = corpus_->add(genome);
        if (!added) fail(added.error());
    }

    void note_features() {
        bool any = false;
        const auto note = [&any](std::atomic<std::uint8_t>& feature) {
            any |= feature.exchange(1, std::memory_order_relaxed) == 0;
        };
        for (const std::uint16_t feature : subject_->coverage().last()) {
            note(board_.features[feature]);
        }
        for (const std::uint16_t feature : subject_->code().last()) {
            note(board_.code_features[feature]);
        }
        own_.code_seen.store(subject_->code().instrumented());
        own_.code_crowded.store(subject_->code().crowded());
        if (any) board_.last_new.store(now(), std::memory_order_relaxed);
    }

    void investigate(std::uint64_t number) {
        const auto discoveries = finder_->investigate();
        if (!discoveries) fail(discoveries.error());
        for (const Discovery& discovery : *discoveries) {
            const std::string line =
                to_line({discovery.name, discovery.path, number, discovery.is_new});
            if (write(settings_.reports, line.data(), line.size()) < 0) end("");
        }
        own_.unconfirmed.store(finder_->unconfirmed());
    }

    void repeat(std::uint64_t number) {
        subject_->runner().pool().forget_output();  // a backend that talks must not fill the memory
        const Status same =
            engine::repeat_last(subject_->runner(), subject_->lifetime(), number - 1);
        if (!same) fail(same.error());
        ++own_.repeated;
    }

    // How much was seen, for the status line and for what a pass is worth.
    void tally() {
        if (subject_ == nullptr) return;
        const engine::Runner& runner = subject_->runner();
        std::uint64_t once = 0, all = 0;
        for (const auto& [hash, seen] : runner.seen()) {
            once += seen->count == 1 ? 1 : 0;
            all += seen->count;
        }
        const double chance =
            static_cast<double>(once) / static_cast<double>(std::max<std::uint64_t>(all, 1));
        own_.interleavings.store(runner.seen().size());
        own_.saturated.store(runner.saturated());
        own_.chance_of_new.store(runner.saturated() ? 1 : chance);
        own_.met.store(subject_->met());
        own_.contended.store(subject_->contended_points());
    }

    [[noreturn]] void fail(const Error& error) {
        own_.spec_failed = subject_ != nullptr && subject_->spec_failed();
        end(error.message);
    }

    // libFuzzer is left here, and never through its own exit.
    [[noreturn]] void end(const std::string& error) {
        tally();
        finder_.reset();
        subject_.reset();
        std::strncpy(own_.error, error.c_str(), kErrorBytes - 1);
        own_.ended.store(true);
        _exit(0);
    }

    const JobSettings& settings_;
    Board& board_;
    JobBoard& own_;
    engine::CampaignOptions engine_options_;
    std::optional<Corpus> corpus_;
    std::unique_ptr<Subject> subject_;
    std::optional<Finder> finder_;
    std::deque<Bytes> imports_;
    std::int64_t looked_ = 0;
    std::uint64_t own_executions_ = 0;  // that passed
};

}  // namespace

std::int64_t now() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

std::string to_line(const Report& report) {
    std::string name = report.name;
    std::replace(name.begin(), name.end(), '\n', ' ');
    std::replace(name.begin(), name.end(), '\t', ' ');
    return std::to_string(report.found_at) + '\t' + (report.is_new ? '1' : '0') + '\t' + name +
           '\t' + report.path + '\n';
}

Report from_line(const std::string& line) {
    Report report;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1),
                      third = line.find('\t', second + 1);
    if (third == std::string::npos) return report;
    report.found_at = std::strtoull(line.c_str(), nullptr, 10);
    report.is_new = line[first + 1] == '1';
    report.name = line.substr(second + 1, third - second - 1);
    report.path = line.substr(third + 1);
    return report;
}

void run_job(const JobSettings& settings, Board& board) {
    Job(settings, board).run();
}

}  // namespace stagger::fuzz
