"""A cluster that redirects to nowhere, and sentinels that know nothing."""

import pytest
from faults_connection_test import full_backlog, refused

from harness.fake_redis import close, silence
from harness.fault import Fault, parameters, scripted

MASTER = "/mymaster"


def host_of(url):
    return url.partition("://")[2]


def redirecting(word, find_target, **more):
    """The node sends the probe to another one, for whatever key it asks."""

    def scene(stage):
        reply = f"-{word} 1234 {host_of(find_target(stage))}"
        return stage.fake({"GETRANGE": reply, "PTTL": reply, **more}).url

    return scene


def redirects_to_itself(word):
    def reply(peer):
        peer.send(f"-{word} 1234 127.0.0.1:{peer.port}")

    return scripted(GETRANGE=reply, PTTL=reply)


def each_other(stage):
    """Either says that the other has the key."""

    def to_other(peer):
        other = next(fake for fake in fakes if fake.port != peer.port)
        peer.send(f"-MOVED 1234 127.0.0.1:{other.port}")

    fakes = [stage.fake({"GETRANGE": to_other, "PTTL": to_other}) for _ in range(2)]
    return fakes[0].url


def silent_node(stage):
    return stage.fake({"accept": silence}).url


def guarded_node(stage):
    return stage.fake({"AUTH": "-WRONGPASS invalid username-password pair"}).url


def sentinel(**script):
    return lambda stage: as_sentinel(stage.fake(script).url)


def as_sentinel(*urls):
    return f"redis-sentinel://{','.join(map(host_of, urls))}{MASTER}"


def names(url):
    """The answer of a sentinel that knows where the master is."""
    host, port = host_of(url).split(":")
    return f"*2\r\n${len(host)}\r\n{host}\r\n${len(port)}\r\n{port}"


def sentinels_down(stage):
    return as_sentinel(refused(stage), refused(stage))


def sentinel_of(master):
    return lambda stage: as_sentinel(stage.fake({"SENTINEL": names(master(stage))}).url)


DOWN = "-CLUSTERDOWN The cluster is down"
TRYAGAIN = "-TRYAGAIN Multiple keys request during rehashing of slot"
LOCAL = r"127\.0\.0\.1:\d+"

FAULTS = [
    Fault("CLUSTERDOWN", scripted(GETRANGE=DOWN, PTTL=DOWN), "redis-error", "CLUSTERDOWN"),
    Fault("TRYAGAIN", scripted(GETRANGE=TRYAGAIN, PTTL=TRYAGAIN), "redis-error", "TRYAGAIN"),
    Fault("MOVED to a dead node", redirecting("MOVED", refused), "unreachable", LOCAL),
    Fault("ASK to a dead node", redirecting("ASK", refused), "unreachable", LOCAL),
    Fault("MOVED to a silent node", redirecting("MOVED", silent_node), "timeout", LOCAL, True),
    Fault("MOVED into a black hole", redirecting("MOVED", full_backlog), "timeout", LOCAL, True),
    Fault("MOVED to a guarded node", redirecting("MOVED", guarded_node), "auth"),
    Fault("MOVED without end", redirects_to_itself("MOVED"), "redis-error"),
    Fault("ASK without end", redirects_to_itself("ASK"), "redis-error"),
    Fault("MOVED to and fro", each_other, "redis-error"),
    Fault("MOVED to no address", scripted(GETRANGE="-MOVED 1234", PTTL="-MOVED"), "redis-error"),
    Fault("MOVED to no port", redirecting("MOVED", lambda _: "redis://host:port"), "redis-error"),
    Fault("all sentinels down", sentinels_down, "unreachable"),
    Fault("a sentinel that hangs up", sentinel(accept=close), "unreachable"),
    Fault("a silent sentinel", sentinel(accept=silence), "timeout", hangs=True),
    Fault("sentinels know no such master", sentinel(SENTINEL="*-1"), "redis-error", "mymaster"),
    Fault("a sentinel that is a plain Redis", sentinel(SENTINEL="-ERR unknown"), "redis-error"),
    Fault("a sentinel that wants a password", sentinel(SENTINEL="-NOAUTH required"), "auth"),
    Fault("a sentinel that speaks HTTP", sentinel(accept="HTTP/1.1 400"), "redis-error", "HTTP"),
    Fault("a sentinel's address without a port", sentinel(SENTINEL="*1\r\n+host"), "redis-error"),
    Fault("a master that is dead", sentinel_of(refused), "unreachable", LOCAL),
    Fault("a master that hangs", sentinel_of(full_backlog), "timeout", LOCAL, hangs=True),
]


@pytest.mark.parametrize("fault", parameters(FAULTS))
def test_a_cluster_or_sentinels_that_lead_nowhere_have_their_reason(fault_check, fault):
    fault_check.assert_found(fault)
