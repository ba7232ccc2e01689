#!/usr/bin/env bash
# symbols_test.sh LIBRARY: the library exports the functions of the header and nothing else.
set -eu
header=$(dirname "$0")/../../heartbeat/include/heartbeat/heartbeat.h
declared=$(sed -n '/^HEARTBEAT_API/,/;/p' "$header" | tr '\n' ' ' |
  grep -oE 'HEARTBEAT_API[^(]*' | grep -oE 'heartbeat_[a-z_]+ *$' | tr -d ' ' | sort)
exported=$(nm -D --defined-only "$1" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort)
if ! diff <(echo "$declared") <(echo "$exported"); then
  echo "$1: the header declares the names on the left, the library exports the names on the right" >&2
  exit 1
fi
soname=$(readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[[ $soname =~ ^libheartbeat\.so\.[0-9]+$ ]] || { echo "SONAME is '$soname'" >&2; exit 1; }
echo "$soname: $(wc -l <<<"$exported") functions"
