// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/meaning.hpp"

#include <fmt/format.h>

#include <charconv>

#include "harness/base/excerpt.hpp"

namespace stagger::spec {

bool has_content(ObjectType type) {
    return type != ObjectType::Mutex && type != ObjectType::Condition &&
           type != ObjectType::Barrier && type != ObjectType::RwLock && type != ObjectType::Actor;
}

std::string placed(Position position, std::string_view message) {
    return fmt::format("{}:{}: {}", position.line, position.column, message);
}

std::string misfit(const Expression& expression, std::string_view wanted, const Value& given) {
    return placed(expression.position,
                  fmt::format("this must be {}, and gives {}", wanted, excerpt(given)));
}

bool is_truth(const Value& value) {
    return value.is_nil() || value.boolean() != nullptr;
}

std::string render_placed(const Scenario& scenario, std::string_view placed) {
    Position position;
    for (std::uint32_t* number : {&position.line, &position.column}) {
        const auto [end, error] =
            std::from_chars(placed.data(), placed.data() + placed.size(), *number);
        const auto read = static_cast<std::size_t>(end - placed.data());
        if (error != std::errc() || placed.substr(read, 1) != ":")
            return fmt::format("{}: {}", scenario.path, placed);
        placed.remove_prefix(read + 1);
    }
    if (placed.starts_with(' ')) placed.remove_prefix(1);
    std::string text = render_problem(scenario.path, position, placed, "",
                                      line_at(scenario.source, position.line));
    text.pop_back();  // its last line break
    return text;
}

}  // namespace stagger::spec
