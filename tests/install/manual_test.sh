#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The man page and the completions, in the programs that read them: each shell completes what
# --help names. usage: manual_test.sh FOLDER-OF-STAGGER FOLDER-OF-THE-MANUAL
source "$(dirname "$0")/desk.sh"
bin=$1 manual=$2
export PATH="$bin:$PATH"

# --- the man page
run mandoc -T lint -W warning "$manual/stagger.1"
# There is no release yet that it could be dated by.
grep -v 'missing date' out >complaints || true
[[ ! -s complaints ]] || fail "mandoc complains: $(<complaints)"
mandoc -T utf8 "$manual/stagger.1" | sed 's/.\x08//g' >page
for command in $(stagger --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]\+\) .*/\1/p') help; do
    grep -q "^ *stagger $command" page || fail "the man page does not know 'stagger $command'"
    echo "$command" >>commands
    [[ $command != help ]] || continue
    for option in $(stagger help "$command" | grep -o '^  -[-a-z,A-Z]*' | tr ',' '\n'); do
        [[ $option != -h && $option != --help ]] || continue
        sed -n "/^   $command\$/,/^   [a-z]/p" page | grep -q -- "$option" ||
            fail "the man page does not know '$command $option'"
        echo "$command $option" >>options
    done
done
[[ $(wc -l <commands) -ge 9 && $(wc -l <options) -ge 60 ]] || fail "--help names little"

# --- each shell reads its file
bash -n "$manual/stagger.bash"
zsh -n "$manual/_stagger"
fish -n "$manual/stagger.fish"

# --- and completes: `WORDS TO COMPLETE => WHAT MUST BE OFFERED`
mkdir "c folder"
touch "a file.toml"
{
    while read -r command; do echo "stagger ${command:0:2} => $command"; done <commands
    while read -r command option; do
        [[ $option == --* ]] && echo "stagger $command $option => $option"
    done <options
    echo "stagger gate --progress b => bar"
    echo "stagger list backe => backends"
    echo "stagger corpus m => merge"
    echo "stagger help repl => replay"
    echo "stagger explain torn => torn-value"
    echo "stagger new back => backend"
    echo "stagger run --backend shm,pip => shm,pipe"
    echo "stagger gate a => a file.toml"
    echo "stagger gate --seed 1 --out c => c folder"
    echo "stagger gate --seed b => "
} >wanted

# complete_with SHELL: reads `wanted`, asks the shell's script for each line.
cat >complete.bash <<'END'
source "$1/stagger.bash"
compopt() { :; }
while IFS= read -r line; do
    words=${line% => *} wanted=${line#* => }
    read -ra COMP_WORDS <<<"$words"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _stagger
    echo "$line :: $(printf '%s|' "${COMPREPLY[@]}")"
done
END
cat >complete.fish <<'END'
source $argv[1]/stagger.fish
while read -l line
    set -l offered (complete -C (string replace -r ' => .*' '' -- $line) | string replace -r '\t.*' '' |
        string replace -r '/$' '' | string replace -a -- '\\ ' ' ')
    echo "$line :: $(string join '|' -- $offered)|"
end
END
# zsh completes in a terminal only: in each, the line is completed and shown instead of run.
cat >complete.zsh <<'END'
zmodload zsh/zpty
zpty desk zsh -f -i
ask() { zpty -w desk "$1"; zpty -r desk answer "*$2*"; }
ask "PS1= PS2=; unset zle_bracketed_paste; stty -echo; echo be''gun" begun
ask "fpath=(${(q)1} \$fpath); autoload -U compinit; compinit -u -D; echo re''ady" ready
ask "shown() { print -r -- \"shown<\$BUFFER>\"; BUFFER=; zle accept-line }; zle -N shown; bindkey '^T' shown; unsetopt auto_menu list_beep; echo bo''und" bound
while IFS= read -r line; do
    zpty -w -n desk "${line% => *}"$'\t'$'\x14'
    zpty -r desk answer '*shown<*>*'
    answer=${${answer##*shown<}%%>*}
    print -r -- "$line :: ${${answer//\\ / }%% }|"
done
zpty -d desk
END
for shell in bash fish zsh; do
    timeout 60 "$shell" "complete.$shell" "$manual" <wanted >"offered.$shell" ||
        fail "$shell fails: $(tail -3 "offered.$shell")"
    equal "the number of answers of $shell" "$(wc -l <"offered.$shell")" "$(wc -l <wanted)"
done
for shell in bash fish; do
    while IFS= read -r line; do
        wanted=${line#* => } wanted=${wanted% :: *}
        [[ "|${line##* :: }" == *"|$wanted|"* ]] || fail "$shell offers too little: $line"
    done <"offered.$shell"
done
while IFS= read -r line; do
    wanted=${line#* => } wanted=${wanted% :: *}
    [[ -z $wanted || ${line##* :: } == *"${wanted}"* ]] || fail "zsh completes another way: $line"
done <offered.zsh
grep -q 'seed b.*:: |$' offered.bash && grep -q 'seed b.*:: |$' offered.fish || fail "values are invented"
