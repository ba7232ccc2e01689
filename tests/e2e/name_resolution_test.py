"""The static probe finds its Redis by name where there is nothing but the probe, and where
there is more than it can use."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from harness.probe import PATIENT, run
from harness.process import binary
from harness.skips import NO_OTHER_SYSTEM, NO_STATIC, skip_unless

VALUE = '{"status": "healthy"}'
NAME = "redis.trading.test"
UNKNOWN = "nobody.trading.test"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def is_static(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    return "not a dynamic executable" in done.stderr or "statically linked" in done.stdout


class Image:
    """A root directory for the probe, in a network of its own with a Redis in it."""

    def __init__(self, folder, network, redis, cleanup):
        self.path = folder / "image"
        self.path.mkdir()
        self.network, self.redis, self.cleanup = network, redis, cleanup
        shutil.copy(binary("healthprobe"), self.path)
        # The command that runs the probe in the image.
        self.program = ["chroot", str(self.path), "/healthprobe"]

    def write(self, path, text):
        (self.path / path).write_text(text)

    def serve_names(self):
        server = self.network.serve_names(self.cleanup, NAME, "127.0.0.1")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
        return server

    def ask(self, host, *options):
        url = f"redis://{host}:{self.redis.port}"
        command = [*self.network.inside, *self.program, "ingestion", *options]
        return run(command, {"HEARTBEAT_REDIS_URL": url, "PATH": PATH, **PATIENT})

    def assert_found(self, host):
        found = self.ask(host)
        assert found.found == (0, "healthy", "healthy"), found
        assert found.stderr == ""

    def assert_unknown(self, host):
        found = self.ask(host)
        assert found.found == (1, "unknown", "dns"), found
        assert found.stderr == ""


@pytest.fixture
def redis(network, start_redis):
    server = start_redis(tcp=True, wrapper=network.inside)
    with server.client() as client:
        client.setex("health:ingestion", 60, VALUE)
    return server


@pytest.fixture
def static_probe():
    skip_unless(is_static(binary("healthprobe")), NO_STATIC)


# --- Nothing but the probe ----------------------------------------------------------


@pytest.fixture
def empty_image(static_probe, tmp_path, network, redis, cleanup):
    image = Image(tmp_path, network, redis, cleanup)
    (image.path / "etc").mkdir()
    return image


@pytest.mark.empty_image
def test_in_an_empty_image_a_name_in_etc_hosts_is_found(empty_image):
    empty_image.write("etc/hosts", f"127.0.0.1 localhost\n127.0.0.1 {NAME} redis\n")
    for host in (NAME, "redis", "127.0.0.1"):
        empty_image.assert_found(host)


@pytest.mark.empty_image
def test_in_an_empty_image_a_name_is_found_through_dns_also_where_nsswitch_asks_for_more(
    empty_image,
):
    empty_image.serve_names()
    empty_image.assert_found(NAME)
    empty_image.write("etc/resolv.conf", "nameserver 127.0.0.1\nsearch trading.test\n")
    empty_image.assert_found("redis")
    more = "hosts: mymachines resolve [!UNAVAIL=return] files dns\n"
    empty_image.write("etc/nsswitch.conf", more)
    empty_image.assert_found(NAME)
    empty_image.assert_unknown(UNKNOWN)


@pytest.mark.empty_image
def test_in_an_empty_image_a_silent_name_server_costs_no_more_than_timeout(empty_image):
    empty_image.serve_names().send_signal(signal.SIGSTOP)
    found = empty_image.ask(NAME, "--timeout", "700ms")
    assert found.found == (1, "unknown", "dns"), found
    assert found.seconds < 0.7 + 8  # a resolver alone would take 10 s


# --- A later Debian -------------------------------------------------------------------

# Its NSS modules are there, and belong to another libc than the probe's.
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


@pytest.fixture
def other_system():
    path = os.environ.get("E2E_OTHER_SYSTEM")
    skip_unless(path, NO_OTHER_SYSTEM)
    return pathlib.Path(path)


@pytest.fixture
def image_in_other_system(other_system, static_probe, tmp_path, network, redis, cleanup):
    image = Image(tmp_path, network, redis, cleanup)
    shutil.copytree(other_system / "etc", image.path / "etc", symlinks=True)
    image.write("etc/nsswitch.conf", HOSTS)
    libraries = other_system / "usr/lib" / f"{os.uname().machine}-linux-gnu"
    for module in MODULES:
        assert (libraries / f"libnss_{module}.so.2").exists(), module
    enter = ["unshare", "--mount", "sh", "-c", ENTER, "sh"]
    image.program = [*enter, str(image.path), str(other_system)]
    return image


@pytest.mark.other_system
def test_in_another_system_a_name_in_etc_hosts_is_found_past_the_modules_of_another_libc(
    image_in_other_system,
):
    image = image_in_other_system
    image.write("etc/hosts", f"127.0.0.1 localhost\n127.0.0.1 {NAME} redis\n")
    image.assert_found(NAME)
    image.assert_found("redis")


@pytest.mark.other_system
def test_in_another_system_a_name_is_found_through_dns_and_an_unknown_one_is_not(
    image_in_other_system,
):
    image_in_other_system.serve_names()
    image_in_other_system.assert_found(NAME)
    image_in_other_system.assert_unknown(UNKNOWN)
