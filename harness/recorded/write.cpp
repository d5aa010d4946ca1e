// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/write.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <nlohmann/json.hpp>

namespace stagger::recorded {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Value& value) {
    if (const bool* boolean = value.boolean()) return *boolean;
    if (const std::int64_t* integer = value.integer()) return *integer;
    if (const double* real = value.real()) return std::isfinite(*real) ? Json(*real) : Json();
    if (const std::string* text = value.text()) return *text;
    Json out;
    if (const Value::List* list = value.list()) {
        out = Json::array();
        for (const Value& item : *list) out.push_back(to_json(item));
    } else if (const Value::Map* map = value.map()) {
        // JSON has text keys only.
        out = Json::object();
        for (const auto& [key, item] : *map)
            out[key.text() ? *key.text() : key.to_string()] = to_json(item);
    }
    return out;
}

class Writer {
public:
    explicit Writer(const history::History& history) : history_(history) {}

    std::string write() {
        struct Moment {
            std::uint32_t position, call;
            bool is_response;
        };
        std::vector<Moment> moments;
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) {
            const history::Call& call = history_.calls[i];
            if (call.operation == stagger::Operation::Snapshot) continue;
            moments.push_back({call.invoked, i, false});
            if (call.responded != history::kNone) moments.push_back({call.responded, i, true});
        }
        std::stable_sort(moments.begin(), moments.end(),
                         [](const Moment& a, const Moment& b) { return a.position < b.position; });
        Json heading;
        heading["format"] = "stagger-history";
        heading["version"] = 1;
        std::string out = heading.dump() + "\n";
        // A task that was struck while it was inside a call goes on without its response.
        std::map<std::uint32_t, std::uint32_t> open;
        for (const Moment& moment : moments) {
            const history::Call& call = history_.calls[moment.call];
            const auto [last, is_new] = open.try_emplace(call.task, moment.call);
            if (moment.is_response) {
                open.erase(last);
            } else if (!is_new) {
                out += line(event(history_.calls[last->second], "info"));
                last->second = moment.call;
            }
            out += line(event(call, moment.is_response ? type_of(call) : "invoke"));
        }
        return out;
    }

private:
    static std::string line(const Json& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }

    Json event(const history::Call& call, std::string_view type) const {
        Json out;
        out["process"] = history_.tasks[call.task].name;
        out["type"] = type;
        out["f"] = name(call.operation);
        out["object"] = history_.objects[call.object].name;
        if (!call.key.is_nil()) out["key"] = to_json(call.key);
        const bool invokes = type == "invoke";
        const Json value = invokes ? argument_of(call) : type == "info" ? Json() : result_of(call);
        // That the argument is nil must be told from there being none.
        if (invokes || !value.is_null()) out["value"] = value;
        return out;
    }

    static Json argument_of(const history::Call& call) {
        if (call.operation == stagger::Operation::Cas)
            return Json::array({to_json(call.expected), to_json(call.value)});
        return to_json(call.value);
    }

    // A lock or a permit that was not to be had is a refusal; an empty queue gives nothing.
    static Json result_of(const history::Call& call) {
        const bool locks = call.operation == stagger::Operation::Lock ||
                           call.operation == stagger::Operation::Acquire;
        if (locks) return call.status == ResultStatus::Timeout ? Json(false) : Json(true);
        return call.status == ResultStatus::Ok ? to_json(call.result) : Json();
    }

    static const char* type_of(const history::Call& call) {
        switch (call.status) {
            case ResultStatus::Ok:
            case ResultStatus::OwnerDead:
            case ResultStatus::Empty:
                return "ok";
            case ResultStatus::Timeout: {
                const bool told = call.operation == stagger::Operation::Lock ||
                                  call.operation == stagger::Operation::Acquire ||
                                  call.operation == stagger::Operation::Take;
                return told ? "ok" : "fail";
            }
            case ResultStatus::Error:
                return "info";
            default:
                return "fail";
        }
    }

    const history::History& history_;
};

}  // namespace

std::string write_json_lines(const history::History& history) {
    return Writer(history).write();
}

}  // namespace stagger::recorded
