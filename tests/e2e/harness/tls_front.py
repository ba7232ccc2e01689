"""A TLS endpoint in front of a Unix socket, which remembers by what name it was asked for."""

import contextlib
import selectors
import socket
import ssl
import threading

LIMIT = 60


class TlsFront:
    def __init__(self, target, pair):
        self.target = target
        self.names = []  # of each handshake; None where the client named nobody
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pair.certificate, pair.key)
        self.context.sni_callback = lambda _, name, __: self.names.append(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # close() alone would leave the accepting thread where it is
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                client.settimeout(LIMIT)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self.target)
            with self.context.wrap_socket(client, server_side=True) as wrapped:
                _forward(wrapped, server)


def _forward(client, server):
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, server)
        selector.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in selector.select(LIMIT):
                data = key.fileobj.recv(65536)
                while key.fileobj is client and client.pending():
                    data += client.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
