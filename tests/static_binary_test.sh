#!/usr/bin/env bash
# static_binary_test.sh BINARY BYTES: it needs no loader, and stays small.
set -eu
most=$2
size=$(stat -c %s "$1")
if readelf -lW "$1" | grep -q INTERP; then
  echo "$1 is not static" >&2
  exit 1
fi
if ((size > most)); then
  echo "$1 has $size bytes, $((size - most)) too many" >&2
  exit 1
fi
echo "$1: static, $size bytes"
