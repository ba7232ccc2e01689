"""What answers is no Redis, or a broken one."""

import pytest

from harness.fake_redis import close, drip, flood, reset, silence
from harness.fault import Fault, parameters, scripted

LARGE = b"$100000000\r\n" + b"x" * 1000
HTTP = (
    "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\n"
    "Connection: close\r\n\r\n<html><h1>400 Bad Request</h1></html>"
)
TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
TLS_HANDSHAKE = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + bytes(range(64))


def speaks(greeting):
    """It talks first, and answers nothing."""
    return scripted(accept=[greeting, silence])


def answers(reply):
    """To all that is asked, whatever it is."""
    return scripted(bytes=[reply, close])


def value(*steps):
    """Where the document should be; the rest is as it should be."""
    return scripted(GETRANGE=steps)


def closes_at_select(stage):
    return stage.fake({"SELECT": close}).url + "?db=1"


ENDS = [
    Fault("EOF at accept", scripted(accept=close), "unreachable"),
    Fault("EOF instead of an answer", value(close), "unreachable"),
    Fault("EOF after half of the answers", scripted(PTTL=close), "unreachable"),
    Fault("EOF within a bulk", value(b"$21\r\n{'status", close), "unreachable"),
    Fault("EOF within a header", value(b"$2", close), "unreachable"),
    Fault("RST at accept", scripted(accept=reset), "unreachable"),
    Fault("RST instead of an answer", value(reset), "unreachable"),
    Fault("EOF at SELECT, as of a proxy for one database", closes_at_select, "unreachable", "only database 0"),
    Fault("RST within a bulk", value(b"$21\r\n{'status", reset), "unreachable"),
]

STRANGERS = [
    Fault("HTTP", answers(HTTP), "redis-error", "HTTP"),
    Fault("HTTP that talks first", speaks(HTTP), "redis-error", "HTTP"),
    Fault("SSH", speaks("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"), "redis-error"),
    Fault("SMTP", speaks("220 mail.example.org ESMTP Postfix"), "redis-error"),
    Fault("a TLS alert", answers(TLS_ALERT), "tls"),
    Fault("a TLS handshake", answers(TLS_HANDSHAKE), "tls"),
    Fault("junk in a line", speaks("what do you want?"), "redis-error"),
    Fault("junk without a line", scripted(accept=flood(b"x" * 65536, 160)), "redis-error"),
    Fault("10 MB of zeros", scripted(accept=flood(bytes(65536), 160)), "redis-error"),
    Fault("an answer too many", scripted(accept="+OK"), "redis-error"),
]

BROKEN = [
    Fault("a bulk of 100 MB that comes", value(LARGE, flood(b"x" * 65536, 1600)), "redis-error"),
    Fault("a bulk too long for a number", value("$99999999999999999999"), "redis-error"),
    Fault("a bulk of negative length", value("$-7"), "redis-error"),
    Fault("a bulk whose length is no number", value("$abc"), "redis-error"),
    Fault("a bulk longer than it says", value("$3\r\nabcdef"), "redis-error"),
    Fault("an endless line", value(b"+", flood(b"x" * 65536, 160)), "redis-error"),
    Fault("an endless error", value(b"-ERR ", flood(b"x" * 65536, 160)), "redis-error"),
    Fault("an error with control characters", value(b"-ERR \x1b[2J\x07\xff\r\n"), "redis-error"),
    Fault("an array", value("*1\r\n$1\r\nx"), "redis-error"),
    Fault("an array of a billion", value("*1000000000"), "redis-error"),
    Fault("arrays in arrays", value(b"*1\r\n" * 10_000), "redis-error"),
    Fault("a null array", value("*-1"), "redis-error"),
    Fault("an integer for a document", value(":1"), "redis-error"),
    Fault("an integer that is none", scripted(PTTL=":12x"), "redis-error"),
    Fault("an integer that is empty", scripted(PTTL=":"), "redis-error"),
    Fault("an integer too large", scripted(PTTL=":99999999999999999999"), "redis-error"),
    Fault("a text for an integer", scripted(PTTL="$2\r\n12"), "redis-error"),
    Fault("a RESP3 null", value("_"), "redis-error"),
    Fault("a RESP3 map", value("%1\r\n+status\r\n+healthy"), "redis-error"),
    Fault("a RESP3 boolean", value("#t"), "redis-error"),
    Fault("a RESP3 double", scripted(PTTL=",1.5"), "redis-error"),
    Fault("a RESP3 verbatim text", value("=7\r\ntxt:abc"), "redis-error"),
    Fault("a RESP3 push", scripted(accept=">2\r\n+invalidate\r\n_"), "redis-error"),
]

SILENT = [
    Fault("silence at accept", scripted(accept=silence), "timeout", "(?i)auth", hangs=True),
    Fault("silence after AUTH", value(silence), "timeout", "(?i)getrange", hangs=True),
    Fault("silence before PTTL", scripted(PTTL=silence), "timeout", "(?i)pttl|getrange", True),
    Fault("a header drips", value(drip(b"+" + b"x" * 1000)), "timeout", hangs=True),
    Fault("a bulk of 100 MB is announced", value(LARGE), "timeout", hangs=True),
    Fault("a bulk drips", value(b"$900\r\n", drip(b"x" * 900)), "timeout", hangs=True),
]

FAULTS = [*ENDS, *STRANGERS, *BROKEN, *SILENT]


@pytest.mark.parametrize("fault", parameters(ENDS))
def test_a_connection_that_ends_before_the_answer_is_unreachable(fault_check, fault):
    fault_check.assert_found(fault)


@pytest.mark.parametrize("fault", parameters(STRANGERS))
def test_a_server_that_is_no_redis_has_its_reason(fault_check, fault):
    fault_check.assert_found(fault)


@pytest.mark.parametrize("fault", parameters(BROKEN))
def test_what_is_no_resp_or_not_what_was_asked_for_is_redis_error(fault_check, fault):
    fault_check.assert_found(fault)


@pytest.mark.parametrize("fault", parameters(SILENT))
def test_a_server_that_is_silent_or_nearly_is_timeout(fault_check, fault):
    fault_check.assert_found(fault)
