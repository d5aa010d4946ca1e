// SPDX-License-Identifier: Apache-2.0
//
// A case as JSON and back: for the worker process and for schedule files. The one place in `spec`
// that knows nlohmann-json.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "harness/spec/builder.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::spec {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxJsonDepth = 64;

Json to_json(const Value& value) {
    if (auto* boolean = value.boolean()) return *boolean;
    if (auto* integer = value.integer()) return *integer;
    if (auto* real = value.real()) return *real;
    if (auto* text = value.text()) return *text;
    Json out;
    if (auto* list = value.list()) {
        out = Json::array();
        for (const Value& item : *list) out.push_back(to_json(item));
    }
    if (auto* map = value.map()) {
        out = Json::object();
        // Parameters come from TOML, whose keys are text.
        for (const auto& [key, item] : *map) out[key.text() ? *key.text() : ""] = to_json(item);
    }
    return out;
}

Json to_json(const Expression& expression) {
    return Json{{"source", expression.source},
                {"line", expression.position.line},
                {"column", expression.position.column},
                {"id", expression.id}};
}

Json to_json(const std::vector<Expression>& expressions) {
    Json out = Json::array();
    for (const Expression& expression : expressions) out.push_back(to_json(expression));
    return out;
}

Json to_json(const Expect& expect) {
    Json outcomes = Json::object();
    for (const auto& [text, kind] : expect.outcomes) outcomes[text] = static_cast<int>(kind);
    return Json{{"final", to_json(expect.final)},
                {"visible", expect.visible},
                {"observe", to_json(expect.observe)},
                {"outcomes", outcomes},
                {"allow", expect.allow}};
}

Json to_json(const Explore& explore) {
    Json out = Json::object();
    if (explore.schedules) out["schedules"] = *explore.schedules;
    if (explore.seconds) out["seconds"] = *explore.seconds;
    if (explore.strategy) out["strategy"] = *explore.strategy;
    if (explore.depth) out["depth"] = *explore.depth;
    if (explore.mode) out["mode"] = static_cast<int>(*explore.mode);
    if (explore.cpus) out["cpus"] = *explore.cpus;
    if (explore.lifetime) out["lifetime"] = static_cast<int>(*explore.lifetime);
    if (explore.servers) out["servers"] = static_cast<int>(*explore.servers);
    if (explore.step_limit) out["step_limit"] = *explore.step_limit;
    return out;
}

Json to_json(const Faults& faults) {
    Json kinds = Json::object();
    for (const auto& [kind, victims] : faults.victims)
        kinds[std::string(name(kind))] = victims_text(victims);
    return Json{{"max", faults.max}, {"victims", kinds}};
}

// Reads typed members; the first one that is missing or wrong is remembered, and all after it are
// neutral. nlohmann's own accessors would throw.
class Reader {
public:
    explicit Reader(const Json& json) : json_(json) {}

    template <typename T>
    T get(const char* key) {
        T out{};
        if (const Json* member = find(key)) read(*member, out, key);
        return out;
    }
    template <typename T>
    std::optional<T> maybe(const char* key) {
        return json_.is_object() && json_.contains(key) ? std::optional<T>(get<T>(key))
                                                        : std::nullopt;
    }
    // An enumeration of `count` values.
    template <typename T>
    T choice(const char* key, int count) {
        const int number = get<int>(key);
        if (number < 0 || number >= count) wrong(key);
        return static_cast<T>(number);
    }

    const Json* find(const char* key) {
        if (json_.is_object() && json_.contains(key)) return &json_[key];
        wrong(key);
        return nullptr;
    }
    const Json* find_if_any(const char* key) const {
        return json_.is_object() && json_.contains(key) ? &json_[key] : nullptr;
    }
    void wrong(const std::string& key) {
        if (problem_.empty()) problem_ = key;
    }
    void also(const Reader& inner) {
        if (!inner.problem_.empty()) wrong(inner.problem_);
    }
    const std::string& problem() const { return problem_; }

private:
    void read(const Json& from, bool& to, const char* key) {
        from.is_boolean() ? void(to = from.get<bool>()) : wrong(key);
    }
    void read(const Json& from, int& to, const char* key) { read_number(from, to, key); }
    void read(const Json& from, std::uint32_t& to, const char* key) { read_number(from, to, key); }
    void read(const Json& from, std::uint64_t& to, const char* key) { read_number(from, to, key); }
    void read(const Json& from, double& to, const char* key) {
        from.is_number() ? void(to = from.get<double>()) : wrong(key);
    }
    void read(const Json& from, std::string& to, const char* key) {
        from.is_string() ? void(to = from.get<std::string>()) : wrong(key);
    }
    template <typename T>
    void read(const Json& from, std::vector<T>& to, const char* key) {
        if (!from.is_array()) return wrong(key);
        for (const Json& item : from) read(item, to.emplace_back(), key);
    }
    template <typename T>
    void read(const Json& from, std::map<std::string, T>& to, const char* key) {
        if (!from.is_object()) return wrong(key);
        for (const auto& [name, item] : from.items()) read(item, to[name], key);
    }
    void read(const Json& from, Expression& to, const char*) {
        Reader inner(from);
        to = {inner.get<std::string>("source"),
              {inner.get<std::uint32_t>("line"), inner.get<std::uint32_t>("column")},
              inner.get<std::uint32_t>("id")};
        // Evaluators keep a table by id: a number out of nowhere must not size it.
        constexpr std::uint32_t kMostExpressions = 1u << 20;
        if (to.id >= kMostExpressions) inner.wrong("id");
        also(inner);
    }
    void read(const Json& from, OutcomeClass& to, const char* key) {
        const int number = from.is_number_integer() ? from.get<int>() : -1;
        number >= 0 && number < 3 ? void(to = static_cast<OutcomeClass>(number)) : wrong(key);
    }
    void read(const Json& from, Value& to, const char* key) { to = value(from, key, 0); }

    template <typename T>
    void read_number(const Json& from, T& to, const char* key) {
        const bool fits = from.is_number_integer() &&
                          (from.is_number_unsigned() ? std::in_range<T>(from.get<std::uint64_t>())
                                                     : std::in_range<T>(from.get<std::int64_t>()));
        fits ? void(to = from.get<T>()) : wrong(key);
    }

    Value value(const Json& from, const char* key, std::size_t depth) {
        if (from.is_boolean()) return from.get<bool>();
        if (from.is_number_integer()) return from.get<std::int64_t>();
        if (from.is_number()) return from.get<double>();
        if (from.is_string()) return from.get<std::string>();
        if (depth > kMaxJsonDepth) wrong(key);
        if (from.is_array() && depth <= kMaxJsonDepth) {
            Value::List list;
            for (const Json& item : from) list.push_back(value(item, key, depth + 1));
            return list;
        }
        if (from.is_object() && depth <= kMaxJsonDepth) {
            Value::Map map;
            for (const auto& [name, item] : from.items())
                map.emplace(name, value(item, key, depth + 1));
            return map;
        }
        return {};
    }

    const Json& json_;
    std::string problem_;
};

Expect read_expect(Reader& outer) {
    Expect expect;
    if (const Json* json = outer.find("expect")) {
        Reader reader(*json);
        expect.final = reader.get<std::vector<Expression>>("final");
        expect.visible = reader.get<std::map<std::string, double>>("visible");
        expect.observe = reader.get<std::vector<Expression>>("observe");
        expect.outcomes = reader.get<std::map<std::string, OutcomeClass>>("outcomes");
        expect.allow = reader.get<std::vector<std::string>>("allow");
        outer.also(reader);
    }
    return expect;
}

Explore read_explore(Reader& outer) {
    Explore explore;
    if (const Json* json = outer.find("explore")) {
        Reader reader(*json);
        explore.schedules = reader.maybe<std::uint64_t>("schedules");
        explore.seconds = reader.maybe<double>("seconds");
        explore.strategy = reader.maybe<std::string>("strategy");
        explore.depth = reader.maybe<std::uint32_t>("depth");
        explore.cpus = reader.maybe<std::string>("cpus");
        explore.step_limit = reader.maybe<std::uint64_t>("step_limit");
        if (json->contains("mode")) explore.mode = reader.choice<Mode>("mode", 2);
        if (json->contains("servers")) explore.servers = reader.choice<Servers>("servers", 2);
        if (json->contains("lifetime")) explore.lifetime = reader.choice<Lifetime>("lifetime", 2);
        outer.also(reader);
    }
    return explore;
}

Faults read_faults(Reader& outer) {
    Faults faults;
    const Json* json = outer.find_if_any("faults");  // older cases have none
    if (!json) return faults;
    Reader reader(*json);
    faults.max = reader.get<std::uint32_t>("max");
    for (const auto& [key, text] : reader.get<std::map<std::string, std::string>>("victims")) {
        if (!fault_kind(key)) reader.wrong(key);
        set_fault(key, text == "true" ? Value(true) : Value(text), faults);
    }
    outer.also(reader);
    return faults;
}

}  // namespace

std::string case_to_json(const Case& one) {
    Json params = Json::object();
    for (const auto& [name, value] : one.params) params[name] = to_json(value);
    const Json json{{"id", one.id},
                    {"backend", one.backend},
                    {"object_backends", one.object_backends},
                    {"params", params},
                    {"options", one.options},
                    {"expect", to_json(one.expect)},
                    {"explore", to_json(one.explore)},
                    {"faults", to_json(one.faults)},
                    {"finds", one.finds},
                    {"real_libc", one.real_libc},
                    {"line", one.position.line},
                    {"column", one.position.column}};
    // Text that is not UTF-8 cannot come from a spec; should it come all the same, it is marked.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Case> case_from_json(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return Error{"This is no case: the text is not JSON. Was it cut short or edited?"};
    Reader reader(json);
    Case one;
    one.id = reader.get<std::string>("id");
    one.backend = reader.get<std::string>("backend");
    one.object_backends = reader.get<std::map<std::string, std::string>>("object_backends");
    one.params = reader.get<std::map<std::string, Value>>("params");
    one.options = reader.get<std::map<std::string, std::map<std::string, std::string>>>("options");
    one.expect = read_expect(reader);
    one.explore = read_explore(reader);
    one.faults = read_faults(reader);
    one.finds = reader.get<std::vector<std::string>>("finds");
    one.real_libc = reader.get<bool>("real_libc");
    one.position = {reader.get<std::uint32_t>("line"), reader.get<std::uint32_t>("column")};
    if (!reader.problem().empty())
        return Error{
            fmt::format("This is no case: its {} is missing or wrong. Was it edited, or "
                        "written by another version of Stagger?",
                        "\"" + reader.problem() + "\"")};
    return one;
}

}  // namespace stagger::spec
