"""What scripts/release built, in the folder RELEASE."""

import functools
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

source = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(source / "tests" / "e2e"))

from harness.certificates import Authority, server_options  # noqa: E402
from harness.redis_server import RedisServer  # noqa: E402
from harness.venv import Venv  # noqa: E402

folder = Path(os.environ.get("RELEASE", source / "dist"))
version = re.search(r"healthprobe VERSION ([\d.]+)", (source / "CMakeLists.txt").read_text())[1]
machines = {"amd64": "x86_64", "arm64": "aarch64"}
architectures = [name for name in machines if list(folder.glob(f"*-linux-{name}.tar.gz"))]


def output(*command, **options):
    return subprocess.run(
        [str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE, **options
    ).stdout


class Release:
    """The files of one architecture, and how its programs are run on this machine."""

    def __init__(self, architecture, work):
        self.architecture = architecture
        self.machine = machines[architecture]
        self.work = work
        is_own = self.machine == platform.machine()
        self.runner = [] if is_own else [f"qemu-{self.machine}-static"]
        self.tools = "" if is_own else f"{self.machine}-linux-gnu-"
        # A TLS handshake under qemu may take seconds where others work beside it.
        self.variables = {"HEALTHPROBE_TIMEOUT": "30s"}
        self.patience = 120 if is_own else 300  # seconds

    def file(self, pattern):
        (found,) = folder.glob(pattern)
        return found

    def unpacked(self, kind):
        """The folder of the tarball; kind is `healthprobe` or `healthprobe-small`."""
        name = f"{kind}-{version}-linux-{self.architecture}"
        if not (self.work / name).exists():
            with tarfile.open(folder / f"{name}.tar.gz") as archive:
                archive.extractall(self.work)
        return self.work / name

    def layer(self, image):
        """The folder with the files of an image; `healthprobe` or `heartbeat`."""
        root = self.work / f"{image}.root"
        if not root.exists():
            with tarfile.open(folder / f"{image}-{version}-image-{self.architecture}.tar") as archive:
                manifest = json.load(archive.extractfile("manifest.json"))
                with tarfile.open(fileobj=archive.extractfile(manifest[0]["Layers"][0])) as layer:
                    layer.extractall(root)
        return root

    def debian(self):
        """The folder with the files of its Debian packages."""
        root = self.work / "debian"
        if not root.exists():
            for package in folder.glob("*.deb"):
                if package.stem.endswith((f"_{self.architecture}", "_all")):
                    output("dpkg-deb", "-x", package, root)
        return root

    def run(self, program, *arguments, **options):
        command = [*self.runner, program, *arguments]
        return subprocess.run(
            [str(word) for word in command], text=True, capture_output=True, timeout=180,
            env={**os.environ, **self.variables}, **options,
        )  # fmt: skip

    @functools.cached_property
    def is_of_debian_12(self):
        """Else of Debian 13, whose gcc, glibc and OpenSSL are larger."""
        probe = self.unpacked("healthprobe") / "bin" / "healthprobe"
        return "TLS: OpenSSL 3.0." in self.run(probe, "--version").stdout

    @functools.cached_property
    def python(self):
        path = Path(tempfile.mkdtemp(dir=self.work))
        return ForeignPython(self, path) if self.runner else Venv(path)


class ForeignPython(Venv):
    """A Python for another processor, out of the library that Debian has of it, and this one's pip."""

    def __init__(self, release, path):
        self.path, self.runner = path, release.runner
        self.patience, self.variables = release.patience, release.variables
        self.of_python = {"PYTHONHOME": "/usr", "PYTHONPATH": path}
        self.interpreter = path / "python"
        (library,) = Path(f"/usr/lib/{release.machine}-linux-gnu").glob("libpython3.*.so.1.0")
        main = "int Py_BytesMain(int, char **); int main(int n, char **a) { return Py_BytesMain(n, a); }"
        output(
            f"{release.tools}gcc", "-x", "c", "-", "-x", "none", library, "-o", self.interpreter, input=main
        )  # fmt: skip

    def install(self, wheel):
        platform = wheel.stem.split("-")[-1]
        output(
            sys.executable, "-m", "pip", "install", "--no-index", "--only-binary=:all:",
            "--platform", platform, "--upgrade", "--target", self.path, wheel,
        )  # fmt: skip

    def command(self, program):
        return [*self.runner, self.interpreter if program == "python" else self.path / "bin" / program]


@pytest.fixture(scope="session")
def own_release(tmp_path_factory):
    """Of this machine's architecture."""
    (own,) = [name for name in architectures if machines[name] == platform.machine()]
    return Release(own, tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session", params=architectures)
def release(request, tmp_path_factory):
    return Release(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(params=["plain", "TLS"])
def redis_url(request, tmp_path, authority):
    tls = None
    if request.param == "TLS":
        tls = server_options(authority, authority.issue("server"))
    server = RedisServer(tmp_path, tcp=True, tls=tls).start()
    yield server.url + (f"?ssl_ca_certs={authority.certificate}" if tls else "")
    server.stop()
