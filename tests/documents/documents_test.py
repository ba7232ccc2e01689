#!/usr/bin/env python3
"""documents_test.py PROGRAM [COUNT [SEED]]: documents made by a grammar are read alike by all readers.

PROGRAM is read_documents. For each document, decode() finds what FORMAT.md says of it, as Python's json
reads it; scan_healthy() finds nothing or the same as decode(); and the one-line reader of a health check
calls it healthy if and only if decode() does, except for what FORMAT.md refuses.
"""

import collections
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from grammar import Grammar  # noqa: E402
from reading import MAX_BYTES, MAX_VALUES, Refused, is_too_deep, number_of_values, read  # noqa: E402

COUNT = 5_000
BATCH = 500
# Of all documents, at least: a grammar that seldom makes one kind would test nothing.
LEAST = {"scanned": 0.1, "healthy": 0.3, "read": 0.5, "refused": 0.05}


def read_by_program(program, documents):
    """(scanned, decoded, summary) of each; None where nothing was found."""
    text = b"".join(b"%d\n%s" % (len(data), data) for data in documents)
    lines = subprocess.run([program], input=text, capture_output=True, check=True).stdout.split(b"\n")
    values = [json.loads(line) if line else None for line in lines[:-1]]
    assert len(values) == 3 * len(documents), "the program ended too early"
    return list(zip(values[::3], values[1::3], (one["reason"] for one in values[2::3])))


def is_same(left, right):
    """Unlike ==, true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(left[name], right[name]) for name in left)
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def header_of(document, summary):
    """What scan_healthy() says of a document."""
    instance = {"host": "", "pid": 0, "id": ""}
    if name := document.get("instance", {}).get("name"):
        instance["name"] = name
    header = {"status": document["status"], "reason": summary, "last_activity": None, "connected": None,
              "instance": instance}  # fmt: skip
    return header | {name: document[name] for name in ("service", "interval_ms", "ttl_ms") if name in document}


def says_healthy(data):
    """The one-liner of a health check: `s.get('status')=='healthy'`."""
    try:
        return json.loads(data).get("status") == "healthy"
    except (ValueError, RecursionError, AttributeError):
        return False


def is_refused_by_rule(data):
    """What Python takes, and the format does not."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return len(data) > MAX_BYTES or is_too_deep(data) or number_of_values(data) > MAX_VALUES


def problem(data, scanned, decoded, summary):
    """What the readers do not agree on; None if they do."""
    try:
        expected = read(data)
    except Refused:
        expected = None
    if not is_same(decoded, expected):
        return f"decode() finds {decoded}, FORMAT.md says {expected}"
    if scanned and not (decoded and is_same(scanned, header_of(decoded, summary))):
        return f"scan_healthy() finds {scanned}, decode() {decoded} with the summary {summary!r}"
    is_healthy = bool(decoded) and decoded["status"] == "healthy"
    if is_healthy != says_healthy(data) and not is_refused_by_rule(data):
        return f"decode() finds {decoded}, but for the one-liner it is healthy: {not is_healthy}"
    return None


def main(program, count=COUNT, seed=None):
    count, seed = int(count), int(seed or time.time())
    sys.setrecursionlimit(10_000)
    grammar = Grammar(seed)
    seen, begun = collections.Counter(), time.monotonic()
    for first in range(0, count, BATCH):
        documents = [grammar.document() for _ in range(min(BATCH, count - first))]
        for number, (data, found) in enumerate(zip(documents, read_by_program(program, documents)), first):
            scanned, decoded, _ = found
            seen["scanned"] += scanned is not None
            seen["read" if decoded else "refused"] += 1
            seen["healthy"] += bool(decoded) and decoded["status"] == "healthy"
            if what := problem(data, *found):
                sys.exit(f"seed {seed}, document {number}: {what}\n{data[:2000]!r}")
    print(f"seed {seed}: {count} documents in {time.monotonic() - begun:.1f} s:",
          ", ".join(f"{seen[kind]} {kind}" for kind in LEAST))  # fmt: skip
    for kind, share in LEAST.items():
        if seen[kind] < share * count:
            sys.exit(f"too few are {kind}: the grammar tests too little")


if __name__ == "__main__":
    main(sys.argv[1], *(sys.argv[2:] or [os.environ.get("HEARTBEAT_DOCUMENTS", COUNT)]))
