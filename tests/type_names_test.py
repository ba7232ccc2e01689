#!/usr/bin/env python3
"""Checks that the name of a type means one thing in the whole project: a class, struct, union or
enumeration of heartbeat/ and probe/ is defined once, nested ones included, and an alias never
gives a second meaning to a name."""

import pathlib
import re
import sys
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("heartbeat", "probe")
ALLOWED = {
    "Failed",  # the error of the function at hand, ready to return
    "Impl",  # what a public class hides
}

DEFINITION = re.compile(
    r"^[ \t]*(?:template\s*<[^;{}]*>\s*)?(?:typedef\s+)?"
    r"(?:class|struct|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[\w+\]\]\s+)?"
    r"((?:\w+::)*\w+)(?:\s+final)?\s*(?::[^:;{}()=][^;{}()=]*)?\{",
    re.MULTILINE,
)
ALIAS = re.compile(r"^[ \t]*using\s+([A-Z]\w*)\s*=\s*([^;]*);", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def sources():
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.[ch]pp"))
        yield from sorted((ROOT / folder).rglob("*.h"))


def blank(match):
    """Keeps the lines of a comment, so that line numbers stay."""
    return "\n" * match.group().count("\n")


def read_meanings():
    """Name of a type to what it means, and where."""
    meanings = defaultdict(lambda: defaultdict(list))
    count = 0
    for path in sources():
        text = COMMENT.sub(blank, path.read_text(encoding="utf-8"))

        def place(match, text=text, path=path):
            return f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start(1)) + 1}"

        for match in DEFINITION.finditer(text):
            count += 1
            meanings[match[1].rsplit("::", 1)[-1]][f"defined at {place(match)}"].append(place(match))
        for match in ALIAS.finditer(text):
            if match[2].rsplit("::", 1)[-1].strip() == match[1]:
                continue  # `using Kind = Error::Kind`
            meanings[match[1]]["= " + " ".join(match[2].split())].append(place(match))
    return meanings, count


def main():
    meanings, count = read_meanings()
    if count < 150:
        sys.exit(f"only {count} types found: the sources are not where they were")
    failed = False
    for name, places in sorted(meanings.items()):
        if len(places) > 1 and name not in ALLOWED:
            failed = True
            print(f"{name} means {len(places)} things:", file=sys.stderr)
            for meaning, where in places.items():
                print(f"  {meaning}" + (f" ({', '.join(where)})" if meaning[0] == "=" else ""),
                      file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
