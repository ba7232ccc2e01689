"""The wheels on Debians that have nothing but their base and Python: in a venv, without an index, six lines
beat and healthprobe says healthy.
"""

import os
import shutil
import subprocess
import uuid

import pytest

from conftest import folder, output, source, version
from harness.redis_server import RedisServer
from harness.venv import Venv, assert_beats

pytestmark = pytest.mark.twice  # makes two Debians


class BareVenv(Venv):
    """A venv inside the Debian in a folder. Its commands see nothing else, but the network."""

    def __init__(self, root):
        self.root, self.of_python = root, {}
        self.inside = f"/var/tmp/{uuid.uuid4()}"
        self.path = root / self.inside.lstrip("/")
        output(*self.enter(), "/usr/bin/python3", "-m", "venv", self.inside)

    def enter(self):
        own = "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"
        return ["unshare", *own, f"--root={self.root}", "--wd=/"]

    def command(self, program):
        return [*self.enter(), f"{self.inside}/bin/{program}"]

    def install(self, *arguments):
        for wheel in folder.glob("*.whl"):
            shutil.copy(wheel, self.path)
        done = self.run("pip", "install", "--no-index", f"--find-links={self.inside}", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=["bookworm", "trixie"])
def venv(request):
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"]).returncode:
        reason = "needs root and namespaces"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    root = source / "build" / "bare-debian" / f"{request.param}-python"
    output(source / "scripts" / "bare-debian", request.param, root, "python3", "python3-venv")
    venv = BareVenv(root)
    yield venv
    shutil.rmtree(venv.path)


@pytest.fixture
def redis_url(tmp_path):
    server = RedisServer(tmp_path, tcp=True).start()
    yield server.url
    server.stop()


def about(venv, **variables):
    said = venv.python("-m", "heartbeat", **variables)
    assert said.returncode == 0, said.stderr
    return dict(line.split(": ", 1) for line in said.stdout.splitlines())


def test_both_halves_work_and_without_the_library_the_module_does(venv, redis_url):
    assert "manylinux" in venv.install("healthprobe")
    assert assert_beats(venv, redis_url, "library").stderr == ""
    (library,) = venv.path.rglob("libheartbeat.so.0")
    inside = f"/{library.relative_to(venv.root)}"
    found = about(venv, HEARTBEAT_REDIS_URL=redis_url)
    assert (found["healthprobe"], found["writer"], found["library"]) == (version, "library", inside)
    assert found["hot calls"] == "in C"
    assert found["redis"].startswith(redis_url.removeprefix("redis://"))

    extension = library.with_name("_hot_calls.abi3.so")
    extension.write_bytes(b"\x7fELF")
    assert about(venv)["hot calls"] == "by ctypes"
    assert assert_beats(venv, redis_url, "library").stderr == ""

    hidden = library.rename(library.with_name("hidden"))
    (line,) = assert_beats(venv, redis_url, "python").stderr.splitlines()
    assert "no libheartbeat.so.0, which this package came with" in line
    assert line.endswith(": the writer in Python replaces it")
    hidden.rename(library).write_bytes(b"\x7fELF")
    (line,) = assert_beats(venv, redis_url, "python").stderr.splitlines()
    assert line.startswith(f"heartbeat: cannot load {inside}: ")
    found = about(venv)
    assert (found["healthprobe"], found["writer"], found["library"]) == (version, "python", "none")


def test_the_wheel_without_binaries_beats_too_and_warns_of_nothing(venv, redis_url, own_release):
    (wheel,) = folder.glob("*-any.whl")
    assert wheel.name in venv.install(f"{venv.inside}/{wheel.name}")
    assert not (venv.path / "bin/healthprobe").exists()
    probe = own_release.unpacked("healthprobe") / "bin/healthprobe"
    assert assert_beats(
        venv, redis_url, "python",
        lambda service: own_release.run(probe, service, "--redis", redis_url).returncode == 0,
    ).stderr == ""  # fmt: skip
