"""The static probe finds its Redis by name where there is nothing but the probe, and where
there is more than it can use."""

import os
import shutil
import signal
import subprocess

from harness import Case, test
from harness.case import NO_OTHER_SYSTEM, NO_STATIC, skip_unless
from harness.network import Network
from harness.probe import run
from harness.process import binary, finish

VALUE = '{"status": "healthy"}'
NAME = "redis.trading.test"
UNKNOWN = "nobody.trading.test"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def is_static(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    return "not a dynamic executable" in done.stderr or "statically linked" in done.stdout


class Image(Case):
    """A root directory for the probe, in a network of its own with a Redis in it."""

    def setUp(self):
        super().setUp()
        skip_unless(is_static(binary("healthprobe")), NO_STATIC)
        self.network = Network.of(self)
        self.start_redis(tcp=True, wrapper=self.network.inside)
        self.client.setex("health:ingestion", 60, VALUE)
        self.image = os.path.join(self.folder, "image")
        os.makedirs(self.image)
        shutil.copy(binary("healthprobe"), self.image)
        self.make_etc(os.path.join(self.image, "etc"))

    def make_etc(self, path):
        os.makedirs(path)

    @property
    def program(self):
        """The command that runs the probe in the image."""
        return ["chroot", self.image, "/healthprobe"]

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
        command = [*self.network.inside, *self.program, "ingestion", *options]
        return run(command, {"HEARTBEAT_REDIS_URL": url, "PATH": PATH})

    def assert_found(self, host):
        found = self.ask(host)
        self.assertEqual(found.found, (0, "healthy", "healthy"), found)
        self.assertEqual(found.stderr, "")

    def assert_unknown(self, host):
        found = self.ask(host)
        self.assertEqual(found.found, (1, "unknown", "dns"), found)
        self.assertEqual(found.stderr, "")


class EmptyImage(Image):
    topic = "empty image"

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
        self.assert_unknown(UNKNOWN)

    @test("a name server that is silent costs no more than --timeout")
    def test_silence(self):
        self.serve_names().send_signal(signal.SIGSTOP)
        found = self.ask(NAME, "--timeout", "700ms")
        self.assertEqual(found.found, (1, "unknown", "dns"), found)
        self.assertLess(found.seconds, 0.7 + 5)  # a resolver alone would take 10 s


class OtherSystem(Image):
    """A later Debian, whose NSS modules are there and belong to another libc than the probe's."""

    topic = "other system"

    HOSTS = (
        "hosts: mymachines mdns4_minimal [NOTFOUND=return] myhostname "
        "resolve [!UNAVAIL=return] files dns\n"
    )
    MODULES = ("mymachines", "mdns4_minimal", "myhostname", "resolve")

    # The system itself stays as it is: only this shell sees another /etc there, and the probe.
    ENTER = (
        'mount --bind "$1/etc" "$2/etc" && mount --bind "$1" "$2/mnt" && '
        'system=$2 && shift 2 && exec chroot "$system" /mnt/healthprobe "$@"'
    )

    def setUp(self):
        self.system = os.environ.get("E2E_OTHER_SYSTEM")
        skip_unless(self.system, NO_OTHER_SYSTEM)
        super().setUp()

    def make_etc(self, path):
        shutil.copytree(os.path.join(self.system, "etc"), path, symlinks=True)
        self.write("etc/nsswitch.conf", self.HOSTS)
        libraries = os.path.join(self.system, "usr/lib", os.uname().machine + "-linux-gnu")
        for module in self.MODULES:
            self.assertTrue(os.path.exists(f"{libraries}/libnss_{module}.so.2"), module)

    @property
    def program(self):
        return ["unshare", "--mount", "sh", "-c", self.ENTER, "sh", self.image, self.system]

    @test("a name in /etc/hosts is found past the modules of another libc")
    def test_hosts(self):
        self.write("etc/hosts", f"127.0.0.1 localhost\n127.0.0.1 {NAME} redis\n")
        self.assert_found(NAME)
        self.assert_found("redis")

    @test("a name is found through DNS, and an unknown one is not, past the modules")
    def test_dns(self):
        self.serve_names()
        self.assert_found(NAME)
        self.assert_unknown(UNKNOWN)
