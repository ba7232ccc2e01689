#!/usr/bin/env bash
# hardening_test.sh KIND FILE [CODE]...: reads off a linked file how it is hardened, and off the
# archives or objects of our own code, because a static file also contains glibc's. KIND is program or
# library, or fixed for a program that is loaded at one address (probe/CMakeLists.txt says why).
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
# The objects of a file of code whose notes do not say so.
objects_without() {
  { [[ $2 == *.a ]] || echo "File: $2"; readelf -nW "$2"; } | awk -v features="$1" '
    /^File: / { if (object && !found) print object; object = $2; found = 0 }
    index($0, features) { found = 1 }
    END { if (object && !found) print object }'
}

fortified=''
for code; do
  # Not by nm: it shows the symbols for link-time optimisation, where there are some.
  undefined=$(readelf -sW "$code" | awk '$7 == "UND" { print $8 }')
  [[ $undefined == *__stack_chk_fail* ]] || fail "$code has no stack protector"
  fortified+=$(grep -oE '__[a-z]+_chk$' <<<"$undefined" || :)
  without=$([[ -z $features ]] || objects_without "$features" "$code")
  [[ -z $without ]] || fail "no $features:" "$without"
done
(($# == 0)) || [[ -n $fortified ]] || fail "no function of our code is fortified"
((failed)) || echo "hardening: $file: $machine, $(grep -c . <<<"$segments") lines of segments read"
exit "$failed"
