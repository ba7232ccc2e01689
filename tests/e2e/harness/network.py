"""A network of the test's own, with nothing in it but loopback and a name server."""

import os
import sys

from harness.process import spawn

_ANSWERER = os.path.join(os.path.dirname(__file__), "name_server.py")


class Network:
    """A network namespace; needs root."""

    def __init__(self):
        self.holder = spawn(["unshare", "--net", "sleep", "infinity"])

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

    def serve_names(self, name, address, **options):
        """A process that resolves one name, and says `ready` once it does."""
        command = [*self.inside, sys.executable, "-I", "-S", _ANSWERER, name, address]
        return spawn(command, **options)
