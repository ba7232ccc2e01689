#!/usr/bin/env bash
# fork_safety_test.sh LIBRARY: the library has no static variable that is initialized by who comes
# first. A process that is forked while another thread is at it would wait for ever.
set -euo pipefail
names=$(nm -C "$1")
[[ $names == *heartbeat_start* ]] || { echo "fork safety: $1 has no names to look at" >&2; exit 1; }
# The C++ library's own, where it is linked in, are guarded by its locks.
guards=$(grep -o 'guard variable for .*' <<<"$names" | grep -vE 'for (std|__gnu_cxx)::|::locale_(cache_)?mutex$' || true)
[[ -z $guards ]] || { printf 'fork safety: half-done by a fork:\n%s\n' "$guards" >&2; exit 1; }
