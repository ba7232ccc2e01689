"""The name of Redis moves to another address: the library asks anew, and follows."""

import os
import subprocess

from harness import RedisServer, test
from harness.beats import BeatCase
from harness.network import Network
from harness.process import finish

NAME = "redis.trading.test"
ADDRESSES = ("127.0.0.1", "127.0.0.2")


class Moved(BeatCase):
    topic = "moved name"

    def setUp(self):
        super().setUp()
        self.network = Network.of(self)
        self.own = {}
        self.write("nsswitch.conf", "hosts: files dns\n")
        self.write("hosts", "127.0.0.1 localhost\n")
        self.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.start_redis(tcp=True, wrapper=self.network.inside)
        self.old = self.redis
        place = os.path.join(self.folder, "other")
        os.mkdir(place)
        self.other = RedisServer(place, wrapper=self.network.inside)
        self.other.port = self.old.port
        self.other.options += ["--bind", ADDRESSES[1]]

    def write(self, name, text):
        """In place, for the service sees this very file."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        self.own[f"/etc/{name}"] = path

    def serve(self, address):
        server = self.network.serve_names(NAME, address, stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(finish, server)
        self.assertEqual(server.stdout.readline(), b"ready\n")
        return server

    def start_named(self):
        url = f"redis://{NAME}:{self.old.port}"
        return self.start_beating(url, wrapper=self.network.inside_with(self.own))

    def check_move(self, service, move):
        before = self.sequence()
        self.other.start()
        self.addCleanup(self.other.stop)
        move()
        self.old.stop()
        self.client = self.other.client()
        self.wait_for_beat(before)
        self.assert_undisturbed(service)

    @test("through DNS", seconds=5)
    def test_dns(self):
        server = self.serve(ADDRESSES[0])
        service = self.start_named()

        def move():
            finish(server)
            self.serve(ADDRESSES[1])

        self.check_move(service, move)

    @test("in /etc/hosts", seconds=4)
    def test_hosts(self):
        self.write("hosts", f"{ADDRESSES[0]} {NAME}\n")
        service = self.start_named()
        self.check_move(service, lambda: self.write("hosts", f"{ADDRESSES[1]} {NAME}\n"))

    @test("DNS does not answer for a while in between", seconds=12)
    def test_silence(self):
        server = self.serve(ADDRESSES[0])
        service = self.start_named()
        before = self.sequence()
        self.old.stop()
        finish(server)
        self.wait_until(lambda: "heartbeat:" in service.output, 15, "it complains")
        self.other.start()
        self.addCleanup(self.other.stop)
        self.client = self.other.client()
        self.serve(ADDRESSES[1])
        self.wait_for_beat(before)
        self.assert_undisturbed(service)
