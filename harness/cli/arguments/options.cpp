// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/arguments/options.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace stagger::cli {
namespace {

struct Unit {
    std::string_view name;
    double seconds;
};
constexpr std::array<Unit, 5> kUnits{{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"", 1}}};

template <typename T>
struct Choice {
    std::string_view name;
    T value;
};

template <typename T, std::size_t N>
Result<T> choose(std::string_view text, const std::array<Choice<T>, N>& choices) {
    std::string names;
    for (const Choice<T>& choice : choices) {
        if (choice.name == text) return choice.value;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", choice.name);
    }
    return Error{fmt::format("\"{}\" is none of: {}", text, names)};
}

}  // namespace

Result<double> parse_duration(std::string_view text) {
    const Error bad{fmt::format(
        "\"{}\" is no duration: give a number of seconds, or one with ms, s, m or h behind it, "
        "such as 30, 500ms or 2m",
        text)};
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || number <= 0) return bad;
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    for (const Unit& unit : kUnits) {
        if (unit.name == suffix) return number * unit.seconds;
    }
    return bad;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::uint64_t kLeast = std::uint64_t{1} << 20;
    const Error bad{
        fmt::format("\"{}\" is no amount of memory: give at least 1M, such as 512M or 2G", text)};
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || number > (std::uint64_t{1} << 30)) {
        const Result<std::uint64_t> plain =
            parse_number(text, kLeast, std::numeric_limits<std::int64_t>::max());
        return plain ? plain : Result<std::uint64_t>(bad);
    }
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    for (const auto& [letter, shift] : {std::pair{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}})
        if (suffix == letter && (number << shift) >= kLeast) return number << shift;
    return bad;
}

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number < least || number > most)
        return Error{fmt::format("\"{}\" is no whole number from {} to {}", text, least, most)};
    return number;
}

Result<Shard> parse_shard(std::string_view text) {
    constexpr std::uint64_t kMost = 10'000;
    const std::size_t slash = text.find('/');
    const Error wanted{"a shard is written i/n, the i-th of n: 2/5"};
    if (slash == std::string_view::npos) return wanted;
    const auto count = parse_number(text.substr(slash + 1), 1, kMost);
    if (!count) return wanted;
    const auto number = parse_number(text.substr(0, slash), 1, *count);
    if (!number) return wanted;
    return Shard{static_cast<std::uint32_t>(*number), static_cast<std::uint32_t>(*count)};
}

Result<ProgressMode> parse_progress(std::string_view text) {
    constexpr std::array<Choice<ProgressMode>, 4> kModes{{{"auto", ProgressMode::Auto},
                                                          {"bar", ProgressMode::Bar},
                                                          {"plain", ProgressMode::Plain},
                                                          {"none", ProgressMode::None}}};
    return choose(text, kModes);
}

Result<ColorMode> parse_color(std::string_view text) {
    constexpr std::array<Choice<ColorMode>, 3> kModes{
        {{"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}}};
    return choose(text, kModes);
}

Result<spec::Lifetime> parse_lifetime(std::string_view text) {
    constexpr std::array<Choice<spec::Lifetime>, 2> kLifetimes{
        {{"warm", spec::Lifetime::Warm}, {"fresh", spec::Lifetime::Fresh}}};
    return choose(text, kLifetimes);
}

Result<spec::Mode> parse_mode(std::string_view text) {
    constexpr std::array<Choice<spec::Mode>, 2> kModes{
        {{"controlled", spec::Mode::Controlled}, {"free", spec::Mode::Free}}};
    return choose(text, kModes);
}

Result<std::string> parse_cpus(std::string_view text) {
    if (text == "1" || text == "all") return std::string(text);
    return Error{fmt::format("\"{}\" is none of: 1, all", text)};
}

}  // namespace stagger::cli
