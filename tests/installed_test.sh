#!/usr/bin/env bash
# installed_test.sh BUILD VERSION: from an installed tree, the examples in C++ and C build by CMake
# and by pkg-config, and run; parts are built and installed alone; the sources are a part of another
# project.
set -euo pipefail
build=$1 version=$2
here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")
examples=$source/docs/examples
folder=$(mktemp -d)
running=''
clean_up() {
  [[ -z $running ]] || kill "$running" 2>/dev/null || :
  rm -rf "$folder"
}
trap clean_up EXIT
fail() { echo "installed: $*" >&2; exit 1; }
quietly() { "$@" >"$folder/log" 2>&1 || { tail -n 50 "$folder/log" >&2; fail "$*"; }; }

staged() { (cd "$1" && find . -type f -o -type l) | sort; }  # FOLDER: the files in it

# --- Everything, and each part alone ------------------------------------------

DESTDIR=$folder/staged quietly cmake --install "$build" --prefix "$folder/usr"
mv "$folder/staged$folder/usr" "$folder/usr"
[[ -x $folder/usr/bin/healthprobe ]] || fail "no healthprobe is installed"

inputs=$(ninja -C "$build" -t inputs probe board beat library development python)
! grep -E '(^|/)tests/' <<<"$inputs" || fail "a part needs the tests"
for component in probe board beat library development python; do
  quietly cmake --install "$build" --prefix "$folder/part/$component" --component "$component"
  staged "$folder/part/$component" >"$folder/$component.files"
  [[ -s $folder/$component.files ]] || fail "the part $component is empty"
  if [[ $component == probe ]]; then part=$(ninja -C "$build" -t inputs probe); fi
done
grep -q bin/healthprobe <<<"$part" || fail "the target probe does not build healthprobe"
! grep -q healthboard <<<"$(grep '^bin/' <<<"$part")" || fail "the target probe builds healthboard"
diff <(sort "$folder"/*.files) <(staged "$folder/usr") >&2 || fail "the parts are not the whole, each file once"

# A tree of which nothing is built, as far as this goes: not one file is installed.
quietly cmake --preset release -S "$source" -B "$folder/unbuilt" -Wno-dev -DHEALTHPROBE_TESTS=OFF -DHEALTHPROBE_STAND_INS=OFF
! cmake --install "$folder/unbuilt" --prefix "$folder/nothing" >"$folder/log" 2>&1 || fail "nothing was built, and installed"
grep -q "cmake --build $folder/unbuilt" "$folder/log" || fail "it does not say what to do: $(cat "$folder/log")"
[[ ! -e $folder/nothing ]] || fail "it was installed by halves: $(staged "$folder/nothing")"

# Where the system's Python looks, under the prefixes of systems.
for prefix in /usr /usr/local; do
  at=$(/usr/bin/python3 "$source/heartbeat/package/python_folder.py" "$prefix")
  /usr/bin/python3 -c "import sys; sys.exit('$prefix/$at' not in sys.path + ['/usr/lib/python3/dist-packages'])" ||
    fail "Python does not look in $prefix/$at"
done

module=$(dirname "$(find "$folder/usr" -path '*/heartbeat/__main__.py')")
about=$(PYTHONPATH=$(dirname "$module") /usr/bin/python3 -B -m heartbeat 2>/dev/null)
[[ $about == "healthprobe: $version"$'\n'* ]] || fail "the Python package does not say its version: $about"

# --- Programs that link the library -------------------------------------------

library=$(dirname "$(find "$folder/usr" -name libheartbeat++.a)")
! readelf -SW "$library"/libheartbeat*.a | grep -q '\.gnu\.lto_' || fail "the archives want the compiler that made them"
export LD_LIBRARY_PATH=$library PKG_CONFIG_PATH=$library/pkgconfig

# runs PROGRAM: it beats, and the probe finds it healthy.
runs() {
  local file=$folder/ingestion.json try
  rm -f "$file"
  HEARTBEAT_REDIS_URL=none HEARTBEAT_FILE=$file "$1" 2>"$folder/log" &
  running=$!
  for try in {1..100}; do
    if "$folder/usr/bin/healthprobe" --file "$file" ingestion >"$folder/verdict" 2>&1; then break; fi
    sleep 0.1
  done
  [[ $try -lt 100 ]] || fail "$1: $(cat "$folder/log" "$folder/verdict")"
  kill "$running"
  wait "$running" || :
  running=''
}

by_cmake() { cmake -G Ninja -S "$1" -B "$2" "${@:3}" && cmake --build "$2"; }
quietly by_cmake "$examples" "$folder/by-cmake" -DCMAKE_PREFIX_PATH="$folder/usr"
runs "$folder/by-cmake/example_cpp"
runs "$folder/by-cmake/example_c"

# The tree has been moved since it was configured.
# shellcheck disable=SC2046
c++ "$examples/ingestion.cpp" -o "$folder/cpp" $(pkg-config --cflags --libs heartbeat)
# shellcheck disable=SC2046
cc "$examples/ingestion.c" -o "$folder/c" $(pkg-config --cflags --libs heartbeat-c)
runs "$folder/cpp"
runs "$folder/c"
[[ $(pkg-config --modversion heartbeat heartbeat-c | sort -u) == "$version" ]] || fail "pkg-config knows another version"

# fmt as the program's own switches make it, compiled in and linked.
expected='1234567 5 0.5'
# shellcheck disable=SC2046
for fmt in -DFMT_HEADER_ONLY $(pkg-config --libs fmt); do
  c++ "$here/installed/fmt.cpp" -o "$folder/fmt" $(pkg-config --cflags --libs heartbeat) "$fmt"
  [[ $("$folder/fmt") == "$expected" ]] || fail "fmt of the program ($fmt) prints: $("$folder/fmt")"
done

# --- The sources as a part of another project ----------------------------------

cp -r "$examples" "$folder/project"
ln -s "$source" "$folder/project/add_subdirectory/healthprobe"
part=(-DCMAKE_PROJECT_INCLUDE="$here/installed/leaks.cmake" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -Wno-dev)
quietly cmake -G Ninja -S "$folder/project/add_subdirectory" -B "$folder/added" "${part[@]}"
part+=(-DFETCHCONTENT_SOURCE_DIR_HEALTHPROBE="$source" -DCMAKE_UNITY_BUILD=ON)
if command -v ccache >/dev/null; then part+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
quietly by_cmake "$folder/project/fetch_content" "$folder/fetched" "${part[@]}"
runs "$folder/fetched/ingestion"
! grep '"command".*ingestion\.cpp' "$folder/fetched/compile_commands.json" | grep -E -e '-W|FMT_' ||
  fail "the program is compiled with switches of ours"
