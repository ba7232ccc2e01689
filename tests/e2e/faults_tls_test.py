"""The other end of a TLS connection speaks none, or not to us."""

import pytest

from harness.fake_redis import close, reset, silence
from harness.fault import Fault, parameters
from harness.skips import NO_TLS, has_tls, skip_unless

TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal: handshake failure
HALF_A_RECORD = b"\x16\x03\x03\x00\x7a\x02\x00"


def after_the_hello(name, *steps, reason, says=".", hangs=False):
    def scene(stage):
        # It gets no further than the handshake, and this machine may have no authorities.
        return stage.fake({"bytes": steps}).url.replace("redis://", "rediss://") + "?ssl_cert_reqs=none"

    return Fault(f"TLS: {name}", scene, reason, says, hangs, needs_tls=True)


SHAKING = {"reason": "timeout", "says": "(?i)tls|handshake", "hangs": True}

FAULTS = [
    after_the_hello("a plain Redis", "-ERR unknown command", silence, reason="tls"),
    after_the_hello("an HTTP server", "HTTP/1.1 400 Bad Request", close, reason="tls"),
    after_the_hello("an alert", TLS_ALERT, close, reason="tls"),
    after_the_hello("EOF", close, reason="unreachable"),
    after_the_hello("RST", reset, reason="unreachable"),
    after_the_hello("silence", silence, **SHAKING),
    after_the_hello("half a record", HALF_A_RECORD, silence, **SHAKING),
]


@pytest.mark.parametrize("fault", parameters(FAULTS))
def test_a_server_that_does_not_shake_hands_has_its_reason(fault_check, fault):
    skip_unless(has_tls(), NO_TLS)
    fault_check.assert_found(fault)
