// SPDX-License-Identifier: Apache-2.0
//
// A text at a key, to which one may append: the state is the text's bytes. What was never put is
// the empty text.
#include "harness/recorded/models/content.hpp"

namespace stagger::recorded {

namespace {

class Strings : public Model {
public:
    explicit Strings(const Setting& setting) : setting_(setting) {}

    State init() override {
        std::string text;
        if (setting_.initial && setting_.initial->map() && setting_.key != kNone) {
            const auto& map = *setting_.initial->map();
            const auto found = map.find(setting_.history.values[setting_.key]);
            if (found != map.end()) text = text_of(found->second);
        } else if (setting_.initial && !setting_.initial->map()) {
            text = text_of(*setting_.initial);
        }
        return store(setting_.terms, words_of(text));
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        const Value& value = setting_.history.values[call.value];
        if (call.function == Function::Set) return store(setting_.terms, words_of(text_of(value)));
        if (call.function == Function::Get) {
            if (!call.known) return state;
            const auto seen = words_of(text_of(setting_.history.values[call.result]));
            const auto held = setting_.terms[state];
            return std::equal(seen.begin(), seen.end(), held.begin(), held.end())
                       ? std::optional(state)
                       : std::nullopt;
        }
        return store(setting_.terms, words_of(content(state) + text_of(value)));
    }

private:
    static std::string text_of(const Value& value) {
        if (value.is_nil()) return "";
        return value.text() ? *value.text() : value.to_string();
    }

    static Words words_of(const std::string& text) {
        Words words{kTextTag, static_cast<std::uint32_t>(text.size())};
        words.resize(2 + (text.size() + 3) / 4);
        for (std::size_t i = 0; i < text.size(); ++i)
            words[2 + i / 4] |= std::uint32_t{static_cast<unsigned char>(text[i])} << (8 * (i % 4));
        return words;
    }

    std::string content(State state) const {
        const auto words = setting_.terms[state];
        if (words.size() < 2) return "";
        std::string text(words[1], '\0');
        for (std::size_t i = 0; i < text.size(); ++i)
            text[i] = static_cast<char>((words[2 + i / 4] >> (8 * (i % 4))) & 0xff);
        return text;
    }

    Setting setting_;
};

}  // namespace

std::unique_ptr<Model> create_strings(const Setting& setting) {
    return std::make_unique<Strings>(setting);
}

}  // namespace stagger::recorded
