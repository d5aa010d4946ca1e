// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/evaluators.hpp"

#include <optional>

namespace stagger::worker {
namespace {

Status compile(spec::Evaluator& evaluator, const std::optional<spec::Expression>& expression) {
    if (!expression) return Ok{};
    return evaluator.compile(*expression);
}

Status compile(spec::Evaluator& evaluator, const std::vector<spec::Step>& steps) {
    for (const spec::Step& step : steps) {
        for (const auto* expression :
             {&step.when, &step.key, &step.value, &step.expected, &step.bytes, &step.timeout,
              &step.condition, &step.amount, &step.object.index}) {
            STAGGER_TRY([[maybe_unused]] Ok fine, compile(evaluator, *expression));
        }
        if (step.with) {
            STAGGER_TRY([[maybe_unused]] Ok fine, compile(evaluator, step.with->index));
        }
        for (const auto& [name, expression] : step.assignments) {
            STAGGER_TRY([[maybe_unused]] Ok fine, evaluator.compile(expression));
        }
        STAGGER_TRY([[maybe_unused]] Ok body, compile(evaluator, step.body));
        STAGGER_TRY([[maybe_unused]] Ok otherwise, compile(evaluator, step.otherwise));
    }
    return Ok{};
}

}  // namespace

Result<std::vector<spec::Evaluator>> make_evaluators(const spec::Scenario& scenario,
                                                     std::uint32_t count) {
    std::vector<spec::Evaluator> evaluators(count);
    for (spec::Evaluator& evaluator : evaluators) {
        for (const spec::Role& role : scenario.roles) {
            STAGGER_TRY([[maybe_unused]] Ok fine, compile(evaluator, role.steps));
        }
        evaluator.collect_garbage();
    }
    return evaluators;
}

}  // namespace stagger::worker
