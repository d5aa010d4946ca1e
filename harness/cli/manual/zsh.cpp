// SPDX-License-Identifier: Apache-2.0
//
// The specifications that _arguments of zsh takes: '*--plugin[A folder ...]:PATH:_files'.
#include <fmt/format.h>

#include "harness/cli/manual/manual.hpp"

namespace stagger::cli {
namespace {

// Inside single quotes of the shell and inside [...] or :...: of _arguments.
std::string escaped(std::string_view plain) {
    std::string out;
    for (const char c : plain) {
        if (c == '\'')
            out += "'\\''";
        else if (c == '[' || c == ']' || c == ':' || c == '\\')
            out += {'\\', c};
        else
            out += c;
    }
    return out;
}

std::string action(const Values& values) {
    switch (values.kind) {
        case Completes::Choices:
            return fmt::format("({})", fmt::join(values.choices, " "));
        case Completes::Files:
            return "_files";
        case Completes::Folders:
            return "_files -/";
        case Completes::Backends:
            return "_stagger_backends";
        case Completes::Nothing:
            break;
    }
    return " ";
}

std::string option_line(const OptionUsage& option, const std::string& name) {
    std::string line = option.times == Times::Once ? name : "*" + name;
    // The value stands behind = or is the next word.
    if (!option.placeholder.empty() && name.starts_with("--")) line += "=";
    line += fmt::format("[{}]", escaped(option.help));
    if (!option.placeholder.empty())
        line += fmt::format(":{}:{}", escaped(option.placeholder), action(values_of(option)));
    return fmt::format("                '{}' \\\n", line);
}

std::string positional_line(const PositionalUsage& positional) {
    const std::string_view place = positional.times != Times::Once ? "*"
                                   : positional.required           ? ""
                                                                   : ":";
    return fmt::format("                '{}:{}:{}' \\\n", place, escaped(positional.name),
                       action(values_of(positional)));
}

std::string command_case(const DescribedCommand& command) {
    std::string lines = "                '(-h --help)'{-h,--help}'[Show help]' \\\n";
    for (const OptionUsage& option : command.usage.options)
        for (const std::string& name : names_of(option)) lines += option_line(option, name);
    for (const PositionalUsage& positional : command.usage.positionals)
        lines += positional_line(positional);
    return fmt::format(
        "        {})\n            _arguments -s -S \\\n{}                && ret=0\n"
        "            ;;\n",
        command.name, lines);
}

constexpr std::string_view kEnd = R"(    esac
    return ret
}

if [[ $funcstack[1] == _stagger ]]; then
    _stagger "$@"
else
    compdef _stagger stagger
fi
)";

}  // namespace

std::string zsh_completion(const Manual& manual) {
    std::string out =
        "#compdef stagger\n# zsh completion for stagger, written from its table of options.\n\n"
        "_stagger_backends() {\n    local -a backends\n    backends=(${(f)\"$(" +
        std::string(kListBackends) +
        ")\"})\n    _sequence compadd - $backends\n}\n\n"
        "_stagger() {\n    local curcontext=$curcontext state line ret=1\n"
        "    local -a commands\n    commands=(\n";
    for (const DescribedCommand& command : manual.commands)
        out += fmt::format("        '{}:{}'\n", command.name, escaped(command.summary));
    out +=
        "    )\n"
        "    _arguments -C '(- *)'{-h,--help}'[Show help]' '(- *)--version[Show the version]' \\\n"
        "        '1:command:->command' '*::argument:->argument' && ret=0\n"
        "    if [[ $state == command ]]; then\n"
        "        _describe -t commands command commands && ret=0\n"
        "        return ret\n"
        "    fi\n"
        "    [[ $state == argument ]] || return ret\n"
        "    case $words[1] in\n";
    for (const DescribedCommand& command : manual.commands) out += command_case(command);
    return out + std::string(kEnd);
}

}  // namespace stagger::cli
