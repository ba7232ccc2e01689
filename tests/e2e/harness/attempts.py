"""Measurements that a busy machine can disturb, made again in plain sight.

Nothing else in these tests is tried twice. The end of a run names each test that
had to measure again, and how often.
"""

from collections import Counter

PROPERTY = "measured again"


class Attempts:
    def __init__(self, properties):
        self._properties = properties  # of the test: pytest shows them to the end of the run

    def until(self, is_good, measure, times):
        """The first result that is good, or the last one of so many."""
        for attempt in range(times):
            result = measure()
            if is_good(result):
                break
            if attempt + 1 < times:
                self._properties.append((PROPERTY, 1))
        return result


def summary(reports):
    """{TEST: how often it measured again}."""
    counts = Counter()
    for report in reports:
        counts[report.nodeid] += [name for name, _ in report.user_properties].count(PROPERTY)
    return +counts
