#!/usr/bin/env bash
# installed_test.sh BUILD VERSION: from an installed tree, programs in C++ and C build
# by CMake and by pkg-config, and run; the Debian package holds all there is.
set -euo pipefail
build=$1 version=$2
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "installed: $*" >&2; exit 1; }

DESTDIR=$folder/staged cmake --install "$build" --prefix "$folder/usr" >/dev/null
mv "$folder/staged$folder/usr" "$folder/usr"
library=$(dirname "$(find "$folder/usr" -name libheartbeat++.a)")
export LD_LIBRARY_PATH=$library

runs() {
  "$1" || fail "a C++ program does not run ($1)"
  [[ $("$2") == "$version" ]] || fail "a C program does not run ($2)"
}

by_cmake() {
  cmake -G Ninja -S "$here/installed" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/usr" &&
    cmake --build "$folder/build"
}
by_cmake >"$folder/log" 2>&1 || { cat "$folder/log"; fail "find_package(heartbeat)"; }
runs "$folder/build/consumer" "$folder/build/consumer_c"

# The tree has been moved since it was configured: pkg-config is told.
export PKG_CONFIG_PATH=$library/pkgconfig
flags() { pkg-config --define-variable=prefix="$folder/usr" "$@"; }
# shellcheck disable=SC2046
c++ "$here/installed/consumer.cpp" -o "$folder/consumer" $(flags --cflags --libs heartbeat)
# shellcheck disable=SC2046
cc "$here/installed/consumer.c" -o "$folder/consumer_c" $(flags --cflags --libs heartbeat-c)
runs "$folder/consumer" "$folder/consumer_c"

cpack -G DEB --config "$build/CPackConfig.cmake" -B "$folder" >"$folder/log" 2>&1 ||
  { cat "$folder/log"; fail "cpack"; }
package=$(find "$folder" -maxdepth 1 -name 'healthprobe_*.deb')
contents=$(dpkg-deb --contents "$package" | awk '{print $6}')
# Where the libraries go is the system's custom: /usr/lib, or a folder in it.
for file in usr/bin/healthprobe usr/bin/healthprobe-monitor usr/lib/libheartbeat.so.0 'usr/lib/libheartbeat[+][+].a' \
  usr/lib/pkgconfig/heartbeat.pc usr/lib/cmake/heartbeat/heartbeatConfig.cmake \
  usr/include/heartbeat/heartbeat.hpp usr/include/heartbeat/heartbeat.h \
  usr/lib/python3/dist-packages/heartbeat.py usr/lib/python3/dist-packages/heartbeat-stubs/__init__.pyi usr/share/man/man1/healthprobe.1 usr/share/man/man1/healthboard.1 \
  usr/share/bash-completion/completions/healthprobe; do
  grep -qxE "\./${file/usr\/lib\//usr/lib/([a-z0-9_-]+/)?}" <<<"$contents" || fail "the package lacks $file"
done
dpkg-deb --field "$package" Depends | grep -q 'libstdc++6' || fail "the package does not say what it depends on"
echo "installed: $(basename "$package"), $(stat -c %s "$package") bytes"
