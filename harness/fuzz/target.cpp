// SPDX-License-Identifier: Apache-2.0
//
// The fuzz target for engines that bring their own main: libFuzzer of `-fsanitize=fuzzer`, AFL++,
// honggfuzz, Centipede, and what OSS-Fuzz puts into $LIB_FUZZING_ENGINE. One input is one
// execution. What it finds is minimised, confirmed and stored as a schedule; then the process
// aborts, which is what such an engine takes for a finding. The mutators and the counters are those
// of hooks.cpp.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "harness/fuzz/finder.hpp"
#include "harness/fuzz/hooks.hpp"
#include "harness/fuzz/target_settings.hpp"

namespace stagger::fuzz {
namespace {

constexpr int kBroken = 3, kUsage = 64;  // as `stagger` ends

[[noreturn]] void end(int code, const std::string& message) {
    std::fprintf(stderr, "stagger: %s\n", message.c_str());
    std::fflush(stderr);
    _exit(code);
}

// Our processes are those of whoever executes: some engines fork after they have initialised.
class Target final : public Fuzzed {
public:
    Target() {
        std::error_code error;
        const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
        auto settings = target_settings(program, [](const char* name) { return getenv(name); });
        if (!settings) end(kUsage, settings.error().message);
        settings_ = std::move(*settings);
        auto chosen = target_case(settings_);
        if (!chosen) end(kUsage, chosen.error().message);
        chosen_.emplace(std::move(*chosen));
        set_fuzzed(this);
    }
    ~Target() override {
        set_fuzzed(nullptr);
        leave_processes_of_another();
    }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    void execute(std::span<const std::uint8_t> genome) override {
        leave_processes_of_another();
        if (!subject_) open();
        const auto executed = subject_->execute(genome);
        if (!executed) end(subject_->spec_failed() ? kUsage : kBroken, executed.error().message);
        show_features(subject_->coverage().last());
        if (finder_->is_suspect(*executed->seen)) investigate();
    }

    const Terrain& terrain() const override {
        static const Terrain kNothingKnown;
        return subject_ ? subject_->terrain() : kNothingKnown;
    }

private:
    void open() {
        auto opened = Subject::open(chosen_->scenario, chosen_->spec_case, settings_.options);
        if (const auto* failure = std::get_if<engine::PoolFailure>(&opened)) {
            end(failure->spec_error ? kUsage : kBroken, failure->message);
        }
        subject_ = std::move(std::get<std::unique_ptr<Subject>>(opened));
        finder_.emplace(*subject_, chosen_->scenario, chosen_->spec_case, settings_.options);
        owner_ = getpid();
    }

    void leave_processes_of_another() {
        if (!subject_ || owner_ == getpid()) return;
        finder_.reset();
        [[maybe_unused]] const Subject* not_ours = subject_.release();
    }

    void investigate() {
        const auto discoveries = finder_->investigate();
        if (!discoveries) end(kBroken, discoveries.error().message);
        if (discoveries->empty()) return;
        for (const Discovery& discovery : *discoveries) {
            std::fprintf(stderr, "stagger: found %s: %s\n  stagger replay %s\n",
                         discovery.name.c_str(), discovery.message.c_str(), discovery.path.c_str());
        }
        std::fflush(stderr);
        finder_.reset();
        subject_.reset();
        std::abort();
    }

    TargetSettings settings_;
    std::optional<TargetCase> chosen_;
    std::unique_ptr<Subject> subject_;
    std::optional<Finder> finder_;
    pid_t owner_ = 0;
};

// Made by the first call that an engine makes, whichever that is; closed when its main ends.
Target& target() {
    static Target only;
    return only;
}

}  // namespace
}  // namespace stagger::fuzz

extern "C" {

int LLVMFuzzerInitialize(int*, char***) {
    stagger::fuzz::target();
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    stagger::fuzz::target().execute({data, size});
    return 0;
}
}
