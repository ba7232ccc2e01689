#!/usr/bin/env bash
# hardening_test.sh KIND FILE [ARCHIVE]...: reads off a linked file how it is hardened, and off the
# archives of our own code, because a static file also contains glibc's. KIND is program or library,
# or fixed for a program that is loaded at one address (probe/CMakeLists.txt says why). NM is the nm for it.
set -euo pipefail
kind=$1 file=$2
shift 2
failed=0
fail() { echo "hardening: $file: $*" >&2; failed=1; }

machine=$(readelf -hW "$file" | sed -n 's/ *Machine: *//p')
type=$(readelf -hW "$file" | sed -n 's/ *Type: *\([A-Z]*\).*/\1/p')
segments=$(readelf -lW "$file")
dynamic=$(readelf -dW "$file")

[[ $kind == fixed || $type == DYN ]] || fail "is loaded at one address ($type)"
[[ $kind != program || $dynamic == *PIE* ]] || fail "is no position-independent program"
[[ $segments == *GNU_RELRO* ]] || fail "has no RELRO"
# A fixed program has no functions to bind: the kernel starts it without a loader.
[[ $dynamic == *NOW* || ($kind == fixed && $segments != *INTERP*) ]] || fail "binds functions later (BIND_NOW)"
grep -q 'GNU_STACK.* RW ' <<<"$segments" || fail "has an executable stack"
! grep -qE 'LOAD .* RWE ' <<<"$segments" || fail "has a segment that is writable and executable"
[[ $dynamic != *TEXTREL* ]] || fail "relocates its code"

# What the processor can check: returns (SHSTK, PAC) in all, jumps (IBT, BTI) in the library.
case $machine in
  *X86-64*) features=SHSTK; [[ $kind != library ]] || features='IBT, SHSTK' ;;
  AArch64*) features='BTI, PAC' ;;
  *) features='' ;;
esac
# The objects of an archive whose notes do not say so.
objects_without() {
  readelf -nW "$2" | awk -v features="$1" '
    /^File: / { if (object && !found) print object; object = $2; found = 0 }
    index($0, features) { found = 1 }
    END { if (object && !found) print object }'
}

fortified=''
for archive; do
  undefined=$("${NM:-nm}" -u "$archive" 2>/dev/null)
  [[ $undefined == *__stack_chk_fail* ]] || fail "$archive has no stack protector"
  fortified+=$(grep -oE '__[a-z]+_chk$' <<<"$undefined" || :)
  without=$([[ -z $features ]] || objects_without "$features" "$archive")
  [[ -z $without ]] || fail "no $features:" "$without"
done
(($# == 0)) || [[ -n $fortified ]] || fail "no function of the archives is fortified"
((failed)) || echo "hardening: $file: $machine, $(grep -c . <<<"$segments") lines of segments read"
exit "$failed"
