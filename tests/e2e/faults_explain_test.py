"""healthprobe --explain tells everything but the secret."""

import pytest

from harness.fault import TROUBLE, all_faults, parameters
from harness.fault_check import assert_silent
from harness.probe import LIMIT


def one_of_each_kind():
    """The first fault of each kind of trouble that needs no TLS to be found."""
    faults = [fault for fault in all_faults() if not fault.needs_tls]
    return [next(fault for fault in faults if fault.reason == reason) for reason in TROUBLE]


@pytest.mark.parametrize("secret_in_url", [False, True], ids=["secret aside", "secret in URL"])
@pytest.mark.parametrize("fault", parameters(one_of_each_kind()))
def test_an_explanation_shows_no_secret_whatever_the_trouble(fault_check, fault, secret_in_url):
    scene = fault_check.set_up(fault)
    variables = {"HEALTHPROBE_EXPLAIN": "1"}
    process = fault_check.start_probe(scene, secret_in_url, f"{fault.timeout}s", **variables)
    outputs = process.communicate(timeout=LIMIT)
    assert_silent(*outputs)
    if scene.knows_secret:
        assert b"***" in b"".join(outputs)
