#!/usr/bin/env bash
# manual_test.sh PROGRAM SHARE PAGE: the program's man page and completions, and docs/options.md,
# know every option and variable of its --help, and their readers find nothing wrong in them.
# Exit status 77: skipped.
set -euo pipefail
program=$1 share=$2 page_of_options=$3
name=$(basename "$program")

fail() { echo "manual: $*" >&2; exit 1; }

missing=()
for tool in mandoc bash zsh fish; do command -v $tool >/dev/null || missing+=("$tool"); done
if ((${#missing[@]})); then
  echo "needs ${missing[*]}" >&2
  [[ ${CI-} != true ]] || exit 1
  exit 77
fi

page=$share/man/$name.1
# Without a date: the same sources give the same page.
complaints=$(mandoc -T lint -W warning "$page" | grep -v 'cannot parse date' || true)
[[ -z $complaints ]] || fail "$complaints"
zsh -n "$share/zsh/_$name"
fish -n "$share/fish/$name.fish"

in_bash() (
  # shellcheck disable=SC1091
  # shellcheck source=/dev/null
  source "$share/bash/$name"
  COMP_WORDS=("$name" "$@") COMP_CWORD=$#
  "_$name"
  echo "${COMPREPLY[*]-}"
)
in_fish() { fish --no-config -c "source '$share/fish/$name.fish'; complete -C '$1'" | cut -f 1 | sort | tr '\n' ' '; }

text=$(mandoc -T utf8 "$page" | col -b)
mapfile -t options < <("$program" --help | grep -oE '^ +(-[a-z],)?--[a-z-]+' | grep -oE -e '--[a-z-]+')
((${#options[@]} > 5)) || fail "--help lists no options"
section=$(sed -n "/^## $name\$/,/^## /p" "$page_of_options")
mapfile -t variables < <("$program" --help | grep -oE '\[\$[A-Z_]+\]' | tr -d '][$')
((${#variables[@]} > 3)) || fail "--help names no variables"
for variable in "${variables[@]}"; do
  [[ $text == *"$variable"* ]] || fail "the man page lacks $variable"
  [[ $section == *"\`$variable\`"* ]] || fail "docs/options.md lacks $variable"
done
for option in "${options[@]}"; do
  [[ $text == *"$option"* ]] || fail "the man page lacks $option"
  [[ $section == *"$option"* ]] || fail "docs/options.md lacks $option"
  [[ " $(in_bash "$option") " == *" $option "* ]] || fail "bash does not complete $option"
  [[ " $(in_fish "$name $option")" == *" $option "* ]] || fail "fish does not complete $option"
  grep -qE -- "'\*$option=?\[" "$share/zsh/_$name" || fail "zsh does not complete $option"
done

expect() { [[ $2 == "$3" ]] || fail "$1 gives '$2', not '$3'"; }
if [[ $name != healthbeat ]]; then
  expect 'bash: --on-redis-error =' "$(in_bash --on-redis-error =)" 'fail pass'
else
  expect 'bash: s' "$(in_bash s)" 'stop send'
  expect 'bash: beat s' "$(in_bash beat s)" ''
  expect 'fish: s' "$(in_fish 'healthbeat s')" 'send stop '
  expect 'bash: --status d' "$(in_bash beat --status d)" degraded
fi
expect 'bash: --timeout' "$(in_bash --timeout '')" ''
if [[ $name == healthprobe ]]; then
  expect 'bash: -o n' "$(in_bash -o n)" nagios
  expect 'bash: --output = p' "$(in_bash --output = p)" prometheus
  expect 'fish: -o' "$(in_fish 'healthprobe -o ')" 'json nagios prometheus text '
fi
echo "$name: ${#options[@]} options in the man page and three shells"
