"""A network of the test's own, with nothing in it but loopback and a name server."""

import os
import shlex
import subprocess
import sys

import pytest

from harness.process import finish, spawn
from harness.skips import NO_MOUNT, needs, skip_unless
from harness.waiting import wait_until

_ANSWERER = os.path.join(os.path.dirname(__file__), "name_server.py")


class Network:
    """A network namespace; needs root."""

    def __init__(self):
        self.holder = spawn(["unshare", "--net", "sleep", "infinity"])

    @classmethod
    def made(cls, cleanup):
        """One that ends with the test, which is skipped where there can be none."""
        needs(os.geteuid() == 0, "root, for a network of its own")
        network = cls()
        cleanup.callback(finish, network.holder)
        wait_until(network.is_decided, 60, "a network of its own")
        needs(network.is_there, "the right to make a network namespace")
        subprocess.run([*network.inside, "ip", "link", "set", "lo", "up"], check=True)
        return network

    def inside_with(self, files):
        """The same as `inside`, where some files of the system are others: {PLACE: OTHER}."""
        # In a plain chroot the root directory is no mount, and its propagation cannot be set.
        made = subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL)
        skip_unless(made.returncode == 0, NO_MOUNT)
        mounts = [f"mount --bind {shlex.quote(own)} {place} &&" for place, own in files.items()]
        script = " ".join([*mounts, 'exec "$@"'])
        return [*self.inside, "unshare", "--mount", "sh", "-c", script, "sh"]

    @property
    def inside(self):
        """The command in front of one that is to run in it."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    @property
    def is_there(self):
        return self.holder.poll() is None

    def is_decided(self):
        """It has become a network of its own, or failed to."""
        if not self.is_there:
            return True
        own, other = (os.readlink(f"/proc/{who}/ns/net") for who in ("self", self.holder.pid))
        return own != other

    def serve_names(self, cleanup, name, address):
        """A process that resolves one name, and does so already."""
        command = [*self.inside, sys.executable, "-I", "-S", _ANSWERER, name, address]
        server = spawn(command, stdout=subprocess.PIPE)
        cleanup.callback(server.stdout.close)
        cleanup.callback(finish, server)
        assert server.stdout.readline() == b"ready\n"
        return server


@pytest.fixture
def network(cleanup):
    return Network.made(cleanup)
