// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/machine.hpp"

#include <algorithm>

namespace stagger::server {
namespace {

template <typename Function>
std::optional<Answer> answered(const Waiting& waiting, Function function) {
    const Caller caller = waiting.request.caller;
    const std::uint32_t object = waiting.request.object;
    try {
        std::optional<plugin::Reply> reply = function();
        if (!reply) return std::nullopt;
        return Answer{caller, object, reply->status, std::move(reply->result), ""};
    } catch (const plugin::Failure& failure) {
        return Answer{caller, object, STAGGER_ERROR, "", failure.what()};
    }
}

}  // namespace

Machine::Machine(std::vector<plugin::ObjectSpec> objects, const CellOptions& options)
    : objects_(std::move(objects)), options_(options) {
    reset();
}

Machine::~Machine() = default;

void Machine::reset() {
    parked_.clear();
    cells_.clear();
    for (const plugin::ObjectSpec& spec : objects_) cells_.push_back(make_cell(spec, options_));
}

std::optional<Answer> Machine::attempt(Waiting& waiting) {
    return answered(waiting, [&]() -> std::optional<plugin::Reply> {
        Cell& cell = *cells_[waiting.request.object];
        if (waiting.request.operation == STAGGER_SNAPSHOT)
            return plugin::Reply::of(cell.snapshot());
        auto reply = cell.attempt(waiting);
        waiting.arrived = true;
        return reply;
    });
}

std::optional<Answer> Machine::give_up(Waiting& waiting) {
    waiting.request.deadline = plugin::Deadline::kNever;
    return answered(waiting, [&] { return cells_[waiting.request.object]->give_up(waiting); });
}

void Machine::handle(Request request, Answers& answers) {
    Waiting waiting;
    if (request.operation == STAGGER_WAIT) waiting.with = cells_.at(request.with).get();
    waiting.request = std::move(request);
    auto answer = attempt(waiting);
    if (!answer && waiting.request.deadline == 0) answer = give_up(waiting);
    if (answer)
        answers.push_back(*std::move(answer));
    else
        parked_.push_back(std::move(waiting));
    settle(answers);
}

// Whoever came first is served first, again and again until nobody can go on: an answer to one may
// be what another waits for.
void Machine::settle(Answers& answers) {
    for (std::size_t i = 0; i < parked_.size();) {
        auto answer = attempt(parked_[i]);
        if (!answer) {
            ++i;
            continue;
        }
        answers.push_back(*std::move(answer));
        parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;
    }
}

void Machine::expire(std::int64_t now, Answers& answers) {
    for (std::size_t i = 0; i < parked_.size();) {
        std::optional<Answer> answer;
        if (parked_[i].request.deadline <= now) answer = give_up(parked_[i]);
        if (!answer) {
            ++i;
            continue;
        }
        answers.push_back(*std::move(answer));
        parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    settle(answers);
}

void Machine::forget(const Caller& caller, Answers& answers) {
    const auto is_its = [&](const Waiting& waiting) { return waiting.request.caller == caller; };
    for (Waiting& waiting : parked_)
        if (is_its(waiting)) cells_[waiting.request.object]->forget(waiting);
    std::erase_if(parked_, is_its);
    settle(answers);
}

std::int64_t Machine::next_deadline() const {
    std::int64_t nearest = plugin::Deadline::kNever;
    for (const Waiting& waiting : parked_) nearest = std::min(nearest, waiting.request.deadline);
    return nearest;
}

}  // namespace stagger::server
