"""The host is a name, and the name leads nowhere."""

import signal

import pytest

from harness.fault import Fault, Scene, parameters
from harness.network import Network

NAME = "redis.trading.test"


class Names:
    """A network with a name server, and no name of the real one."""

    def __init__(self, stage):
        self.stage = stage
        self.network = Network.made(stage.cleanup)

    def serve(self, name, address):
        return self.network.serve_names(self.stage.cleanup, name, address)

    def scene(self, host=NAME):
        own = self.stage.file("resolv.conf", "nameserver 127.0.0.1\n")
        command = self.network.inside_with({"/etc/resolv.conf": own})
        return Scene(f"redis://{host}:6379", command=tuple(command))


def silent(stage):
    names = Names(stage)
    names.serve(NAME, "127.0.0.1").send_signal(signal.SIGSTOP)
    return names.scene()


def unknown(stage):
    names = Names(stage)
    names.serve(NAME, "127.0.0.1")
    return names.scene("nobody.trading.test")


def without_address(stage):
    names = Names(stage)
    names.serve(NAME, "")
    return names.scene()


def no_name_server(stage):
    return Names(stage).scene()


def impossible(stage):
    return Names(stage).scene("a" * 64 + ".test")


FAULTS = [
    Fault("DNS: silence", silent, "dns", NAME, hangs=True),
    Fault("DNS: no such name", unknown, "dns", "nobody.trading.test"),
    Fault("DNS: no address", without_address, "dns", NAME),
    Fault("DNS: no name server", no_name_server, "dns", NAME),
    Fault("DNS: a label too long", impossible, "dns"),
]


@pytest.mark.parametrize("fault", parameters(FAULTS))
def test_a_name_that_leads_nowhere_is_dns(fault_check, fault):
    fault_check.assert_found(fault)
