#!/usr/bin/env bash
# options_page_test.sh MANUAL PAGE: PAGE is what MANUAL makes from the declarations of the options.
set -euo pipefail
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$1" options all "$made"
diff -u "$2" "$made" || { echo "build the target options_page" >&2; exit 1; }
