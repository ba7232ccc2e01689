"""The table of faults is large enough, leaves no reason out, and starts from health."""

import contextlib
from collections import Counter

from harness import Case, test
from harness.fault import SECRET, TROUBLE, all_faults
from harness.stage import Stage

FEWEST = 40


class Table(Case):
    topic = "fault"

    @test("there are many, each has a name of its own, and each kind of trouble occurs")
    def test_table(self):
        faults = all_faults()
        names = Counter(fault.name for fault in faults)
        self.assertGreaterEqual(len(names), FEWEST)
        self.assertEqual([name for name, times in names.items() if times > 1], [])
        self.assertLessEqual(set(TROUBLE), {fault.reason for fault in faults})

    @test("without a fault, either Redis of these tests is healthy")
    def test_no_fault(self):
        with contextlib.ExitStack() as stack:
            stage = Stage(self, stack)
            for url in (stage.fake({}).url, stage.redis()[0].url):
                found = self.probe("ingestion", redis_url=url, REDIS_PASSWORD=SECRET)
                self.assertEqual(found.found, (0, "healthy", "healthy"), found)
