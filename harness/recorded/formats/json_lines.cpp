// SPDX-License-Identifier: Apache-2.0
//
// Stagger's own format, one event on each line:
//
//     {"process": "worker[0]", "type": "invoke", "f": "store", "object": "n", "value": 101}
//     {"process": "worker[0]", "type": "ok", "f": "store", "object": "n", "time": 1500}
//
// `process` is a number or a text; `type` is invoke, ok, fail or info; `f` names the operation.
// Optional: `value`, the argument of an invocation or the result of a response; `object` and `key`,
// which the operation is about; `time` in nanoseconds. `index`, `error` and `node` are remarks. A
// first line that holds "format" says which version of the format this is. Empty lines are passed
// over.
//
// nlohmann-json is used here and in write.cpp.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

#include "harness/recorded/formats/edn.hpp"
#include "harness/recorded/formats/formats.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::recorded {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kExpected =
    "expected an event such as {\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}";
constexpr int kDeepest = 64;

Result<Value> to_value(const Json& json, int depth = 0) {
    if (depth > kDeepest) return Error{"this value is nested too deeply"};
    switch (json.type()) {
        case Json::value_t::boolean:
            return Value(json.get<bool>());
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return Value(json.get<std::int64_t>());
        case Json::value_t::number_float:
            return Value(json.get<double>());
        case Json::value_t::string:
            return Value(json.get_ref<const std::string&>());
        case Json::value_t::array: {
            Value::List list;
            for (const Json& item : json) {
                STAGGER_TRY(Value value, to_value(item, depth + 1));
                list.push_back(std::move(value));
            }
            return Value(std::move(list));
        }
        case Json::value_t::object: {
            Value::Map map;
            for (const auto& [key, item] : json.items()) {
                STAGGER_TRY(Value value, to_value(item, depth + 1));
                map.emplace(Value(key), std::move(value));
            }
            return Value(std::move(map));
        }
        default:
            return Value();
    }
}

std::string text_of(const Json& json) {
    return json.is_string() ? json.get<std::string>() : json.dump();
}

// Bounds the depth before a tree is built: the parser itself has none.
bool too_deep(std::string_view line) {
    int depth = 0;
    bool inside = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (inside && line[i] == '\\')
            ++i;
        else if (line[i] == '"')
            inside = !inside;
        else if (!inside && (line[i] == '[' || line[i] == '{') && ++depth > kDeepest)
            return true;
        else if (!inside && (line[i] == ']' || line[i] == '}'))
            --depth;
    }
    return false;
}

// Whole numbers beyond 64 bits as texts of their digits: the parser would round them.
std::string with_large_numbers_as_texts(const std::string& line) {
    constexpr std::string_view kOfNumbers = "+-.0123456789eE";
    std::string out;
    bool inside = false;
    for (std::size_t i = 0; i < line.size();) {
        const char c = line[i];
        if (inside || (c != '-' && (c < '0' || c > '9'))) {
            if (inside && c == '\\' && i + 1 < line.size()) out += line[i++];
            if (c == '"') inside = !inside;
            out += line[i++];
            continue;
        }
        const std::size_t end = std::min(line.find_first_not_of(kOfNumbers, i), line.size());
        const std::string_view word = std::string_view(line).substr(i, end - i);
        std::int64_t integer = 0;
        const auto parsed = std::from_chars(word.data(), word.data() + word.size(), integer);
        const bool large =
            parsed.ec == std::errc::result_out_of_range && parsed.ptr == word.data() + word.size();
        out += large ? fmt::format("\"{}\"", canonical_digits(word)) : std::string(word);
        i = end;
    }
    return out;
}

class Reader {
public:
    Reader(Input& input, const ReadOptions& options)
        : input_(input), recorder_(input.path(), "JSON lines", 1'000'000'000, options) {}

    Result<Reading> read() {
        std::string line;
        for (std::uint32_t count = 1; input_.read_line(line); ++count) {
            line_ = count;
            if (line.find_first_not_of(" \t") == std::string::npos) continue;
            const Status status = read_line(line);
            if (!status) return input_.error_at(line_, status.error().message);
            if (count % kBoundsEvery != 0) continue;
            if (std::string bound = recorder_.bound_reached(); !bound.empty())
                return Reading{{}, std::move(bound)};
        }
        if (input_.problem()) return *input_.problem();
        Result<History> history = recorder_.finish();
        if (!history) return history.error();
        return Reading{std::move(*history), ""};
    }

private:
    Status read_line(const std::string& line) {
        if (too_deep(line)) return Error{"this is nested too deeply for an event"};
        const Json json = Json::parse(with_large_numbers_as_texts(line), nullptr, false);
        if (json.is_discarded()) {
            const bool cut = input_.at_end_of_file() &&
                             line[line.find_first_not_of(" \t")] == '{' && line.back() != '}';
            return Error{
                cut ? fmt::format("the history ends in the middle of a line: {}", kExpected)
                    : fmt::format("this is no JSON: {}", kExpected)};
        }
        if (!json.is_object()) return Error{std::string(kExpected)};
        if (json.contains("format")) return check_version(json);
        return read_event(json);
    }

    static Status check_version(const Json& json) {
        const auto version = json.find("version");
        if (version != json.end() && *version == 1) return Ok{};
        return Error{"this version of the format is not known: expected \"version\": 1"};
    }

    // A key that is spelt wrong would silently be none. The last three are remarks.
    static Status check_keys(const Json& json) {
        static const std::vector<std::string> kKeys = {
            "process", "type", "f", "value", "object", "key", "time", "index", "error", "node"};
        for (const auto& [key, _] : json.items()) {
            if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
            const std::string nearest = spec::nearest_name(key, kKeys);
            const std::string hint = nearest.empty()
                                         ? "expected process, type, f, value, object, key or time"
                                         : fmt::format("did you mean \"{}\"?", nearest);
            return Error{fmt::format("an event has no \"{}\": {}", key, hint)};
        }
        return Ok{};
    }

    Status read_event(const Json& json) {
        STAGGER_TRY(auto known, check_keys(json));
        (void)known;
        for (const char* name : {"process", "type", "f"}) {
            const auto found = json.find(name);
            const bool fits =
                found != json.end() &&
                (found->is_string() || (name[0] == 'p' && found->is_number_integer()));
            if (!fits) return Error{fmt::format("this event has no \"{}\": {}", name, kExpected)};
        }
        Event event;
        const EventType* type = event_type(json["type"].get_ref<const std::string&>());
        if (!type)
            return Error{
                fmt::format("there is no type {}: expected invoke, ok, fail or info",
                            json["type"].dump(-1, ' ', true, Json::error_handler_t::replace))};
        event.type = type->type;
        event.line = line_;
        process_ = text_of(json["process"]);
        event.process = process_;
        event.function = json["f"].get_ref<const std::string&>();
        const auto value = json.find("value");
        event.has_value = value != json.end();
        if (event.has_value) {
            STAGGER_TRY(event.value, to_value(*value));
        }
        if (const auto found = json.find("time"); found != json.end()) {
            STAGGER_TRY(const Value time, to_value(*found));
            STAGGER_TRY(auto timed, take_time(time, event));
            (void)timed;
        }
        STAGGER_TRY(auto keyed, read_key(json, event));
        (void)keyed;
        return recorder_.add(event);
    }

    // Objects are judged apart, as keys are: the key of an operation on a map is both.
    static Status read_key(const Json& json, Event& event) {
        const auto object = json.find("object");
        const auto key = json.find("key");
        if (key != json.end()) {
            STAGGER_TRY(event.key, to_value(*key));
        }
        if (object == json.end()) return Ok{};
        STAGGER_TRY(Value name, to_value(*object));
        event.key = event.key ? Value(Value::List{std::move(name), *event.key}) : std::move(name);
        return Ok{};
    }

    Input& input_;
    Recorder recorder_;
    std::string process_;
    std::uint32_t line_ = 0;
};

}  // namespace

Result<Reading> read_json_lines(Input& input, const ReadOptions& options) {
    return Reader(input, options).read();
}

}  // namespace stagger::recorded
