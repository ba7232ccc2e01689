"""The static probe finds its Redis by name where there is nothing but the probe."""

import os
import shutil
import signal
import subprocess
import unittest

from harness import Case, test
from harness.network import Network
from harness.probe import run
from harness.process import binary, finish

VALUE = '{"status": "healthy"}'
NAME = "redis.trading.test"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def is_static(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    return "not a dynamic executable" in done.stderr or "statically linked" in done.stdout


class EmptyImage(Case):
    topic = "empty image"

    def setUp(self):
        super().setUp()
        if not is_static(binary("healthprobe")):
            raise unittest.SkipTest("healthprobe is not static in this build")
        self.network = Network.of(self)
        self.start_redis(tcp=True, wrapper=self.network.inside)
        self.client.setex("health:ingestion", 60, VALUE)
        self.image = os.path.join(self.folder, "image")
        os.makedirs(os.path.join(self.image, "etc"))
        shutil.copy(binary("healthprobe"), self.image)

    def write(self, path, text):
        with open(os.path.join(self.image, path), "w") as file:
            file.write(text)

    def serve_names(self):
        server = self.network.serve_names(NAME, "127.0.0.1", stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(finish, server)
        self.assertEqual(server.stdout.readline(), b"ready\n")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
        return server

    def ask(self, host, *options):
        url = f"redis://{host}:{self.redis.port}"
        command = ["chroot", self.image, "/healthprobe", "ingestion", *options]
        return run([*self.network.inside, *command], {"HEARTBEAT_REDIS_URL": url, "PATH": PATH})

    def assert_found(self, host):
        found = self.ask(host)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        self.assertEqual(found.stderr, "")

    @test("a name in /etc/hosts is found")
    def test_hosts(self):
        self.write("etc/hosts", f"127.0.0.1 localhost\n127.0.0.1 {NAME} redis\n")
        self.assert_found(NAME)
        self.assert_found("redis")
        self.assert_found("127.0.0.1")

    @test("a name is found through DNS, also where nsswitch.conf asks for more")
    def test_dns(self):
        self.serve_names()
        self.assert_found(NAME)
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\nsearch trading.test\n")
        self.assert_found("redis")
        self.write("etc/nsswitch.conf", "hosts: mymachines resolve [!UNAVAIL=return] files dns\n")
        self.assert_found(NAME)
        unknown = self.ask("nobody.trading.test")
        self.assertEqual(unknown.found, (1, "unknown", "dns"), unknown)

    @test("a name server that is silent costs no more than --timeout")
    def test_silence(self):
        self.serve_names().send_signal(signal.SIGSTOP)
        found = self.ask(NAME, "--timeout", "700ms")
        self.assertEqual(found.found, (1, "unknown", "dns"), found)
        self.assertLess(found.seconds, 0.7 + 5)  # a resolver alone would take 10 s
