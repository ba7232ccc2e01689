#!/usr/bin/env bash
# manual_test.sh HEALTHPROBE SHARE: man page and completions know every option of
# --help, and those who read them find nothing wrong. Exit status 77: skipped.
set -euo pipefail
probe=$1 share=$2

fail() { echo "manual: $*" >&2; exit 1; }

missing=()
for tool in mandoc bash zsh fish; do command -v $tool >/dev/null || missing+=("$tool"); done
if ((${#missing[@]})); then
  echo "needs ${missing[*]}" >&2
  [[ ${CI-} != true ]] || exit 1
  exit 77
fi

page=$share/man/healthprobe.1
# Without a date: the same sources give the same page.
complaints=$(mandoc -T lint -W warning "$page" | grep -v 'cannot parse date' || true)
[[ -z $complaints ]] || fail "$complaints"
zsh -n "$share/zsh/_healthprobe"
fish -n "$share/fish/healthprobe.fish"

in_bash() (
  # shellcheck disable=SC1091
  source "$share/bash/healthprobe"
  COMP_WORDS=(healthprobe "$@") COMP_CWORD=$#
  _healthprobe
  echo "${COMPREPLY[*]-}"
)
in_fish() { fish --no-config -c "source '$share/fish/healthprobe.fish'; complete -C '$1'" | cut -f 1 | sort | tr '\n' ' '; }

text=$(mandoc -T utf8 "$page" | col -b)
mapfile -t options < <("$probe" --help | grep -oE '^ +(-[a-z],)?--[a-z-]+' | grep -oE -e '--[a-z-]+')
((${#options[@]} > 10)) || fail "--help lists no options"
for option in "${options[@]}"; do
  [[ $text == *"$option"* ]] || fail "the man page lacks $option"
  [[ " $(in_bash "$option") " == *" $option "* ]] || fail "bash does not complete $option"
  [[ " $(in_fish "healthprobe $option")" == *" $option "* ]] || fail "fish does not complete $option"
  grep -qE -- "'\*$option=?\[" "$share/zsh/_healthprobe" || fail "zsh does not complete $option"
done

expect() { [[ $2 == "$3" ]] || fail "$1 gives '$2', not '$3'"; }
expect 'bash: -o n' "$(in_bash -o n)" nagios
expect 'bash: --output = p' "$(in_bash --output = p)" prometheus
expect 'bash: --on-redis-error =' "$(in_bash --on-redis-error =)" 'fail pass'
expect 'bash: --timeout' "$(in_bash --timeout '')" ''
expect 'fish: -o' "$(in_fish 'healthprobe -o ')" 'json nagios prometheus text '
echo "manual: ${#options[@]} options in the man page and three shells"
