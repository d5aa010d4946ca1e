// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "harness/cli/manual/manual.hpp"

namespace stagger::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

std::string command_names(const Manual& manual, std::string_view separator) {
    std::string out;
    for (const DescribedCommand& command : manual.commands)
        out += (out.empty() ? "" : std::string(separator)) + command.name;
    return out;
}

// The call that puts into COMPREPLY what a value may be.
std::string completed(const Values& values) {
    switch (values.kind) {
        case Completes::Choices:
            return fmt::format("_stagger_words '{}'", joined(values.choices));
        case Completes::Files:
            return "_stagger_paths -f";
        case Completes::Folders:
            return "_stagger_paths -d";
        case Completes::Backends:
            return "_stagger_backends";
        case Completes::Nothing:
            break;
    }
    return ":";
}

std::string option_values(const DescribedCommand& command) {
    std::string out;
    for (const OptionUsage& option : command.usage.options) {
        if (option.placeholder.empty()) continue;
        out += fmt::format("                {}) {}; return ;;\n",
                           fmt::join(names_of(option), " | "), completed(values_of(option)));
    }
    if (out.empty()) return "";
    return "            case $previous in\n" + out + "            esac\n";
}

std::string option_names(const DescribedCommand& command) {
    std::vector<std::string> names{"-h", "--help"};
    if (command.name == "help") names.clear();
    for (const OptionUsage& option : command.usage.options)
        for (const std::string& name : names_of(option)) names.push_back(name);
    return joined(names);
}

// The n-th word takes what the n-th positional may be; those behind the last what the last may.
std::string positionals(const DescribedCommand& command) {
    std::string out;
    const auto& all = command.usage.positionals;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool repeats = i + 1 == all.size() && all[i].times != Times::Once;
        out += fmt::format("                {}) {} ;;\n", repeats ? "*" : std::to_string(i),
                           completed(values_of(all[i])));
    }
    if (out.empty()) return "";
    return "            case $place in\n" + out + "            esac\n";
}

std::string command_case(const DescribedCommand& command) {
    return fmt::format(
        "        {})\n{}"
        "            if [[ $current == -* ]]; then\n"
        "                _stagger_words '{}'\n"
        "                return\n"
        "            fi\n{}"
        "            ;;\n",
        command.name, option_values(command), option_names(command), positionals(command));
}

// All options that take a value, for which the next word is no positional.
std::string valued_options(const Manual& manual) {
    std::string out;
    for (const DescribedCommand& command : manual.commands)
        for (const OptionUsage& option : command.usage.options)
            for (const std::string& name : names_of(option))
                if (!option.placeholder.empty() && (out + "|").find(name + "|") == out.npos)
                    out += (out.empty() ? "" : "|") + name;
    return out;
}

constexpr std::string_view kHelpers =
    R"bash(# bash completion for stagger, written from its table of options.

_stagger_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_stagger_paths() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

# After the last comma.
_stagger_backends() {
    local before=
    [[ $current != *,* ]] || before=${current%,*},
    compopt -o nospace 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(LIST_BACKENDS)" -- "${current##*,}")
}
)bash";

// --option=value comes as three words.
constexpr std::string_view kBegin = R"bash(
_stagger() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' place=0 i word
    COMPREPLY=()
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        case $word in
            VALUED_OPTIONS)
                [[ ${COMP_WORDS[i + 1]} != = ]] || ((++i))
                ((++i))
                ;;
            -* | =) ;;
            *) if [[ -z $command ]]; then command=$word; else ((++place)); fi ;;
        esac
    done
    case $command in
        '') _stagger_words 'COMMANDS -h --help --version' ;;
)bash";

std::string replaced(std::string_view text, std::string_view name, const std::string& value) {
    std::string out(text);
    return out.replace(out.find(name), name.size(), value);
}

}  // namespace

std::string bash_completion(const Manual& manual) {
    std::string out = replaced(kHelpers, "LIST_BACKENDS", std::string(kListBackends));
    out += replaced(replaced(kBegin, "VALUED_OPTIONS", valued_options(manual)), "COMMANDS",
                    command_names(manual, " "));
    for (const DescribedCommand& command : manual.commands) out += command_case(command);
    return out + "    esac\n}\n\ncomplete -F _stagger stagger\n";
}

}  // namespace stagger::cli
