"""What a caller demands beyond the status, and what it tolerates."""

import socket

from harness import test
from harness.values import HEALTHY, ValueCase, document


class Demands(ValueCase):
    @test("--own accepts the beats of this host only")
    def test_own(self):
        foreign = (1, "unhealthy", "foreign-host")
        for instance, expected in (
            ({"host": socket.gethostname()}, HEALTHY),
            ({"host": "elsewhere"}, foreign),
            ({}, foreign),
            (None, foreign),
        ):
            self.put(document(instance=instance))
            self.check(HEALTHY)
            self.check(expected, "--own")
        self.assertEqual(self.probe("ingestion", HEALTHPROBE_OWN="1").found, foreign)

    @test("--expect holds or fails on the field that it names")
    def test_expect(self):
        fields = {"error_count": 5, "connected": True, "zone": "eu-1", "last": None}
        self.put(document(**fields, checks={"ticks.rate": {"value": 2.5}}, list=[7]))
        failed = (1, "unhealthy", "expect")
        for demand, expected in (
            ("error_count < 6", HEALTHY), ("error_count < 5", failed),
            ("error_count <= 5", HEALTHY), ("error_count <= 4.9", failed),
            ("error_count > 4", HEALTHY), ("error_count > 5", failed),
            ("error_count>=5", HEALTHY), ("error_count>=6", failed),
            ("error_count == 5", HEALTHY), ("error_count == 6", failed),
            ("error_count != 6", HEALTHY), ("error_count != 5", failed),
            ("connected == true", HEALTHY), ("connected == false", failed),
            ("zone == eu-1", HEALTHY), ("zone == eu-2", failed), ('zone != "eu 2"', HEALTHY),
            ("last == null", HEALTHY), ("last != null", failed),
            ("checks.ticks.rate.value > 2", HEALTHY), ("list.0 == 7", HEALTHY),
            ("zone > 1", failed), ("nothing == 1", failed), ("checks == 1", failed),
        ):  # fmt: skip
            with self.subTest(demand=demand):
                self.check(expected, "--expect", demand)
        self.check(failed, "--expect", "error_count < 6", "--expect", "connected == false")
        several = self.probe("ingestion", HEALTHPROBE_EXPECT="error_count < 6; zone == eu-2")
        self.assertEqual(several.found, failed)

    @test("--degraded-ok and --starting-ok let pass what they name, and nothing else")
    def test_tolerance(self):
        for status in ("healthy", "degraded", "starting", "unhealthy"):
            self.put(document(status))
            for option in ("degraded", "starting"):
                exit_status = 0 if status in ("healthy", option) else 1
                self.check((exit_status, status, status), f"--{option}-ok")
                variables = {f"HEALTHPROBE_{option.upper()}_OK": "yes"}
                self.assertEqual(self.probe("ingestion", **variables).exit, exit_status)
