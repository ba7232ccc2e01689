"""An SMTP server on loopback that keeps the mails it gets."""

import socketserver
import threading

import pytest


class _Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        self.say("220 ready")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self.say("250-here")
                self.say("250 AUTH PLAIN LOGIN")
            elif word == b"AUTH":
                self.say("235 welcome")
            elif word == b"DATA":
                self.say("354 go on")
                self.server.mails.append(self.mail())
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def mail(self):
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).decode().replace("\r\n", "\n")


class Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails = []
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def mailbox(cleanup):
    one = Mailbox()
    cleanup.callback(one.server_close)
    cleanup.callback(one.shutdown)
    return one
