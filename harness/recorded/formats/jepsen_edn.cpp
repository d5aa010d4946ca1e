// SPDX-License-Identifier: Apache-2.0
//
// Jepsen's histories: one map for each event, on lines of their own or in one vector:
//
//     {:process 0, :type :invoke, :f :write, :value 3, :time 1200, :index 0}
//
// The nemesis and other processes that are no numbers or names take no part. A key stands in :key,
// in a map as the value, or in front of each value, as [key value].
#include <fmt/format.h>

#include <algorithm>

#include "harness/recorded/formats/edn.hpp"
#include "harness/recorded/formats/formats.hpp"

namespace stagger::recorded {

namespace {

class Reader {
public:
    Reader(Input& input, const ReadOptions& options)
        : input_(input),
          edn_(input),
          recorder_(input.path(), "Jepsen EDN", 1'000'000'000, options) {}

    Result<Reading> read() {
        edn_.skip_blanks();
        const int close = closing(input_.peek());
        if (close != 0) input_.get();
        for (std::uint32_t count = 1;; ++count) {
            edn_.skip_blanks();
            if (edn_.failed()) return edn_.error();
            if (close != 0 && input_.peek() == close) {
                input_.get();
                edn_.skip_blanks();
                if (input_.peek() >= 0)
                    return input_.error("expected nothing behind the end of the history");
                break;
            }
            if (input_.at_end_of_file()) {
                if (close == 0) break;
                return input_.error(
                    fmt::format("the history ends in the middle: expected its closing '{}'",
                                static_cast<char>(close)));
            }
            if (!read_event()) return edn_.error();
            if (count % kBoundsEvery != 0) continue;
            if (std::string bound = recorder_.bound_reached(); !bound.empty())
                return Reading{{}, std::move(bound)};
        }
        if (input_.problem()) return *input_.problem();
        recorder_.split_tuples();
        Result<History> history = recorder_.finish();
        if (!history) return history.error();
        return Reading{std::move(*history), ""};
    }

private:
    static int closing(int open) { return open == '[' ? ']' : open == '(' ? ')' : 0; }

    bool read_event() {
        edn_.begin_form();
        event_ = Event{};
        event_.line = input_.line();
        event_.has_value = false;
        has_type_ = has_function_ = has_process_ = takes_part_ = false;
        if (!edn_.skip_tag()) return false;
        if (input_.peek() != '{')
            return edn_.fail(
                "expected an event such as {:process 0, :type :invoke, :f :read, "
                ":value nil}");
        input_.get();
        for (edn_.skip_blanks(); input_.peek() != '}'; edn_.skip_blanks())
            if (!read_entry()) return false;
        input_.get();
        return !edn_.failed() && add();
    }

    bool read_entry() {
        if (input_.peek() < 0)
            return edn_.fail("the history ends in the middle of an event: expected its closing }");
        if (input_.peek() != ':') {
            // Not ours: a text as a key, say.
            return edn_.read(ignored_) && edn_.read(ignored_);
        }
        const std::string key = edn_.read_word();
        edn_.skip_blanks();
        if (key == ":type") {
            has_type_ = true;
            if (!edn_.read(ignored_)) return false;
            type_ = ignored_.text() ? *ignored_.text() : ignored_.to_string();
            return true;
        }
        if (key == ":f") return read_function();
        if (key == ":process") return read_process();
        if (key == ":value") {
            event_.has_value = true;
            return edn_.read(event_.value);
        }
        if (key == ":key") {
            event_.key.emplace();
            return edn_.read(*event_.key);
        }
        if (!edn_.read(ignored_)) return false;
        if (key == ":time") {
            const Status timed = take_time(ignored_, event_);
            return timed.ok() || edn_.fail(timed.error().message);
        }
        return true;
    }

    bool read_function() {
        if (!edn_.read(ignored_)) return false;
        has_function_ = true;
        function_ = ignored_.text() ? *ignored_.text() : ignored_.to_string();
        return true;
    }

    bool read_process() {
        has_process_ = true;
        const bool keyword = input_.peek() == ':';
        if (!edn_.read(ignored_)) return false;
        takes_part_ = !keyword && !ignored_.is_nil();
        process_ = ignored_.text() ? *ignored_.text() : ignored_.to_string();
        return true;
    }

    bool add() {
        if (!has_process_ || !has_type_) {
            return edn_.fail(
                fmt::format("this event has no {}: expected {{:process 0, :type "
                            ":invoke, :f :read, :value nil}}",
                            has_process_ ? ":type" : ":process"));
        }
        if (!takes_part_ || type_ == "log" || type_ == "sleep") return true;
        if (!has_function_) return edn_.fail("this event has no :f, which names the operation");
        const EventType* type = event_type(type_);
        if (!type)
            return edn_.fail(
                fmt::format("there is no :type :{}: expected :invoke, :ok, :fail or :info", type_));
        event_.type = type->type;
        event_.process = process_;
        event_.function = function_;
        take_key_from_value();
        const Status status = recorder_.add(event_);
        return status.ok() || edn_.fail(status.error().message);
    }

    // {:value {:key "x", :value 3}}
    void take_key_from_value() {
        const Value::Map* map = event_.value.map();
        if (event_.key || !map) return;
        const auto key = map->find(Value("key"));
        if (key == map->end() || map->size() > 2) return;
        const auto value = map->find(Value("value"));
        if (map->size() == 2 && value == map->end()) return;
        event_.key = key->second;
        event_.has_value = value != map->end();
        event_.value = Value(event_.has_value ? value->second : Value());
    }

    Input& input_;
    EdnReader edn_;
    Recorder recorder_;
    Event event_;
    Value ignored_;
    std::string type_, function_, process_;
    bool has_type_ = false, has_function_ = false, has_process_ = false, takes_part_ = false;
};

}  // namespace

Result<Reading> read_edn(Input& input, const ReadOptions& options) {
    return Reader(input, options).read();
}

}  // namespace stagger::recorded
