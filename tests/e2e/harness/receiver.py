"""An HTTP server on loopback that keeps what it is sent."""

import http.server
import threading
from typing import NamedTuple

import pytest


class Request(NamedTuple):
    method: str
    path: str
    headers: dict
    body: bytes


class Receiver:
    """Answers every request with `status`, and keeps it in `received`."""

    def __init__(self):
        self.received, self.status = [], 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.received.append(Request(self.command, self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()
                self.wfile.write(b"ok")

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(cleanup):
    one = Receiver()
    cleanup.callback(one.close)
    return one
