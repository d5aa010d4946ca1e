// SPDX-License-Identifier: Apache-2.0
//
// Remote procedure calls: each request is served as often as the contract says, and each call comes
// back with what was replied to its own request. Judged only where the calls on the object have no
// legal order, or where serving a request twice is legal, which keeps no order to judge.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/excerpt.hpp"
#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::Call;
using history::kNone;

// A request as it was served once, and what came of that.
struct Service {
    const Call* serve = nullptr;
    const Call* reply = nullptr;
};

class Replies {
public:
    Replies(Context& context, std::uint32_t object)
        : context_(context), history_(context.history), object_(history_.objects[object]) {
        std::map<std::uint32_t, std::size_t> serving;  // by server: the service
        for (std::uint32_t index : context.calls_on(object)) {
            const Call& call = history_.calls[index];
            if (call.operation == Operation::Call) calls_.push_back(&call);
            if (call.operation == Operation::Serve && succeeded(call)) {
                serving[call.task] = services_.size();
                services_.push_back({&call, nullptr});
            }
            const auto served = serving.find(call.task);
            if (call.operation == Operation::Reply && served != serving.end()) {
                services_[served->second].reply = &call;
                serving.erase(served);
            }
        }
    }

    void judge() {
        for (const Service& service : services_) judge_origin(service);
        if (object_.contract.executions != STAGGER_AT_LEAST_ONCE) judge_copies();
        for (const Call* call : calls_)
            if (succeeded(*call)) judge_result(*call);
    }

private:
    static bool succeeded(const Call& call) {
        return call.responded != kNone && call.status == ResultStatus::Ok;
    }

    void judge_origin(const Service& service) {
        const bool asked = std::any_of(calls_.begin(), calls_.end(), [&](const Call* call) {
            return call->value == service.serve->result && call->invoked < service.serve->responded;
        });
        if (asked) return;
        report(Symptom::InventedMessage,
               fmt::format("{} was given the request {} by {}, which nobody had made.",
                           task(*service.serve), excerpt(service.serve->result), object_.name),
               {service.serve});
    }

    // More services of a request than calls that made it.
    void judge_copies() {
        std::map<Value, std::vector<const Call*>> served;
        for (const Service& service : services_)
            served[service.serve->result].push_back(service.serve);
        for (const auto& [value, serves] : served) {
            const auto made = static_cast<std::size_t>(std::count_if(
                calls_.begin(), calls_.end(),
                [&, &request = value](const Call* call) { return call->value == request; }));
            if (made == 0 || serves.size() <= made) continue;
            report(Symptom::DuplicateMessage,
                   fmt::format("The request {} of {} was served {} times, but made {}.",
                               excerpt(value), object_.name, serves.size(),
                               made == 1 ? std::string("once") : fmt::format("{} times", made)),
                   serves);
        }
    }

    void judge_result(const Call& call) {
        const Service* others = nullptr;
        for (const Service& service : services_) {
            if (service.reply == nullptr || service.reply->value != call.result) continue;
            const bool meanwhile =
                service.reply->invoked < call.responded && service.serve->responded > call.invoked;
            if (meanwhile && service.serve->result == call.value) return;
            others = &service;
        }
        if (others == nullptr)
            return report(
                Symptom::InventedMessage,
                fmt::format("{} called {} with {} and got {}, which nobody replied.", task(call),
                            object_.name, excerpt(call.value), excerpt(call.result)),
                {&call});
        report(Symptom::ReorderedMessage,
               fmt::format("{} called {} with {} and got {}, which {} had replied to {}.",
                           task(call), object_.name, excerpt(call.value), excerpt(call.result),
                           task(*others->reply),
                           others->serve->result == call.value
                               ? "another such request"
                               : "the request " + excerpt(others->serve->result)),
               {&call, others->serve, others->reply});
    }

    std::string task(const Call& call) const { return task_name(history_, call.task); }

    void report(Symptom symptom, std::string text, const std::vector<const Call*>& calls) {
        std::vector<std::uint32_t> numbers;
        for (const Call* call : calls)
            numbers.push_back(static_cast<std::uint32_t>(call - history_.calls.data()));
        context_.report(symptom, object_.name, std::move(text), std::move(numbers));
    }

    Context& context_;
    const history::History& history_;
    const history::Object& object_;
    std::vector<const Call*> calls_;
    std::vector<Service> services_;
};

}  // namespace

void replies(Context& context) {
    for (std::uint32_t object = 0; object < context.history.objects.size(); ++object)
        if (context.history.objects[object].type == ObjectType::Rpc &&
            context.standing[object] != Standing::Linearizable)
            Replies(context, object).judge();
}

}  // namespace stagger::check::oracle
