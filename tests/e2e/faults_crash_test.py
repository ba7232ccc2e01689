"""The memory of a probe holds secrets: a crash must not write it to a disk."""

import os
import resource
import signal
import time

import pytest

from harness.fault import all_faults, parameters
from harness.fault_check import arguments_of, assert_silent
from harness.process import finish, spawn
from harness.skips import NO_TLS, has_tls, needs, skip_unless
from harness.waiting import wait_until

HANGING = [fault for fault in all_faults() if fault.hangs]
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


def killed(process, number):
    """The status that the parent gets; a Popen would keep back half of it."""
    process.send_signal(number)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return status


def wait_until_it_hangs(process):
    def hangs():
        before = state_of(process)
        assert before[1] != "Z", "it did not hang"
        time.sleep(STILL)
        return before[:2] == ("healthprobe", "S") and before == state_of(process)

    wait_until(hangs, 60, "the probe hangs")


@pytest.fixture
def core_dumps(tmp_path, cleanup):
    """What crashes dumps core here."""
    soft, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    cleanup.callback(resource.setrlimit, resource.RLIMIT_CORE, (soft, most))
    sleeper = spawn(["sleep", "60"], cwd=tmp_path)
    cleanup.callback(finish, sleeper)
    needs(os.WCOREDUMP(killed(sleeper, signal.SIGSEGV)), "core dumps of what crashes")


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
@pytest.mark.parametrize("fault", parameters(HANGING))
def test_a_probe_that_crashes_while_it_waits_for_whatever_leaves_no_core(
    core_dumps, fault_check, fault, number
):
    skip_unless(has_tls() or not fault.needs_tls, NO_TLS)
    scene = fault_check.set_up(fault)
    variables = {name: f"{os.environ.get(name, '')}:{AS_IT_IS}" for name in SANITIZERS}
    secret_in_url = number == signal.SIGSEGV
    process = fault_check.start_probe(scene, secret_in_url, "30s", **variables)
    wait_until_it_hangs(process)
    assert_silent(arguments_of(process))
    status = killed(process, number)
    assert os.WTERMSIG(status) == number
    assert not os.WCOREDUMP(status), f"{number.name} left a core"
    assert_silent(*process.communicate())
