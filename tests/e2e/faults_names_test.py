"""The host is a name, and the name leads nowhere."""

import signal
import subprocess

from harness import test
from harness.fault import Fault, Scene
from harness.fault_case import FaultCase
from harness.network import Network
from harness.process import finish

NAME = "redis.trading.test"


class Names:
    """A network with a name server, and no name of the real one."""

    def __init__(self, stage):
        self.stage = stage
        self.network = Network.of(stage)

    def serve(self, name, address):
        server = self.network.serve_names(name, address, stdout=subprocess.PIPE)
        self.stage.addCleanup(server.stdout.close)
        self.stage.addCleanup(finish, server)
        assert server.stdout.readline() == b"ready\n"
        return server

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


class NamesThatLeadNowhere(FaultCase):
    @test("a name that leads nowhere is [dns]", seconds=15)
    def test_names(self):
        self.check_all(FAULTS)
