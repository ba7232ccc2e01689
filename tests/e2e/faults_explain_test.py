"""healthprobe --explain tells everything but the secret."""

from harness import test
from harness.fault import TROUBLE, all_faults
from harness.fault_case import FaultCase
from harness.probe import LIMIT


def one_of_each_kind():
    """The first fault of each kind of trouble that needs no TLS to be found."""
    faults = [fault for fault in all_faults() if not fault.needs_tls]
    return [next(fault for fault in faults if fault.reason == reason) for reason in TROUBLE]


class Explanations(FaultCase):
    def check_explanation(self, fault, scene):
        for secret_in_url in (False, True):
            process = self.start_probe(
                scene, secret_in_url, f"{fault.timeout}s", HEALTHPROBE_EXPLAIN="1"
            )
            outputs = process.communicate(timeout=LIMIT)
            self.assert_silent(*outputs)
            if scene.knows_secret:
                self.assertIn(b"***", b"".join(outputs))

    @test("an explanation shows no secret, whatever the trouble", seconds=15)
    def test_explanations(self):
        self.for_each(one_of_each_kind(), self.check_explanation)
