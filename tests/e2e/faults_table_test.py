"""The table of faults is large enough, and leaves no reason out."""

from collections import Counter

from harness import Case, test
from harness.fault import TROUBLE, all_faults

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
