"""An address at which nobody ever answers, not even the kernel."""

import socket


class BlackHole:
    """Its queue of connections is full, so the kernel drops every further SYN."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.address = self.listener.getsockname()
        self.fillers = [socket.socket() for _ in range(4)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex(self.address)

    @property
    def host(self):
        return f"127.0.0.1:{self.address[1]}"

    def close(self):
        for one in [*self.fillers, self.listener]:
            one.close()
