"""The memory of a probe holds secrets: a crash must not write it to a disk."""

import os
import resource
import signal
import time

from harness import needs, test
from harness.case import has_tls
from harness.fault import all_faults
from harness.fault_case import FaultCase
from harness.process import finish, spawn

UNLIMITED = resource.RLIM_INFINITY
CRASHES = (signal.SIGSEGV, signal.SIGABRT)
STILL = 0.1

# A sanitizer would report the signal, and write no core in any case.
AS_IT_IS = "handle_segv=0:handle_abort=0:disable_coredump=0"
SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")


def state_of(process):
    """What runs, whether it sleeps, and how much it has worked."""
    with open(f"/proc/{process.pid}/stat") as file:
        program, _, rest = file.read().partition(" (")[2].rpartition(") ")
    fields = rest.split()
    return program, fields[0], fields[11:13]


class Crashes(FaultCase):
    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        sleeper = spawn(["sleep", "60"], cwd=self.folder)
        self.addCleanup(finish, sleeper)
        needs(os.WCOREDUMP(self.killed(sleeper, signal.SIGSEGV)), "core dumps of what crashes")

    def killed(self, process, number):
        """The status that the parent gets; a Popen would keep back half of it."""
        process.send_signal(number)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return status

    def wait_until_it_hangs(self, process):
        def hangs():
            before = state_of(process)
            self.assertNotEqual(before[1], "Z", "it did not hang")
            time.sleep(STILL)
            return before[:2] == ("healthprobe", "S") and before == state_of(process)

        self.wait_until(hangs, 10, "the probe hangs")

    def check_crashes(self, fault, scene):
        variables = {name: f"{os.environ.get(name, '')}:{AS_IT_IS}" for name in SANITIZERS}
        for number in CRASHES:
            process = self.start_probe(scene, number == signal.SIGSEGV, "30s", **variables)
            self.wait_until_it_hangs(process)
            self.assert_silent(self.arguments_of(process))
            status = self.killed(process, number)
            self.assertEqual(os.WTERMSIG(status), number)
            self.assertFalse(os.WCOREDUMP(status), f"{number.name} left a core")
            self.assert_silent(*process.communicate())

    @test("a probe that crashes while it waits, for whatever, leaves no core", seconds=30)
    def test_crashes(self):
        hanging = [fault for fault in all_faults() if fault.hangs]
        faults = [fault for fault in hanging if has_tls() or not fault.needs_tls]
        self.for_each(faults, self.check_crashes)
