#!/usr/bin/env python3
"""Runs one end-to-end test, or lists them for CTest.

run.py --list FILE...   a line for each test: ID|NAME|SECONDS|LABELS
run.py ID               exit status 0 passed, 1 failed, 77 skipped

An ID is MODULE.CLASS.METHOD. In an automatic build (CI=true) a skip is a failure,
unless its reason is one of ACCEPTED_SKIPS (harness/case.py).
"""

import importlib
import os
import pathlib
import sys
import unittest

SKIPPED = 77


def listed(module_name):
    module = importlib.import_module(module_name)
    for case in vars(module).values():
        if not (isinstance(case, type) and issubclass(case, unittest.TestCase)):
            continue
        for name in unittest.defaultTestLoader.getTestCaseNames(case):
            if case.__module__ == module_name:
                yield case, name, getattr(case, name)


def show(files):
    from harness.case import SLOW

    for file in files:
        for case, name, method in listed(pathlib.Path(file).stem):
            labels = ["e2e"] + ["slow"] * (method.seconds >= SLOW) + ["patient"] * method.patient
            test_id = f"{case.__module__}.{case.__name__}.{name}"
            sentence = f"{case.topic}: {method.sentence}"
            print(test_id, sentence, method.seconds, ",".join(labels), sep="|")


def run(test_id):
    suite = unittest.defaultTestLoader.loadTestsFromName(test_id)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if not result.wasSuccessful() or result.testsRun == 0:
        return 1
    from harness.case import ACCEPTED_SKIPS

    reasons = [reason for _, reason in result.skipped]
    refused = [reason for reason in reasons if reason not in ACCEPTED_SKIPS]
    if os.environ.get("CI") == "true" and refused:
        print(f"a skip is a failure here (CI=true): {refused}", file=sys.stderr)
        return 1
    return SKIPPED if reasons else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(show(sys.argv[2:]) if sys.argv[1] == "--list" else run(sys.argv[1]))
