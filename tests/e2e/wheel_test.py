"""The wheels: installed by pip into a venv, they beat and probe; pip chooses the right one."""

import base64
import hashlib
import os
import platform
import subprocess
import sys
import zipfile

import pytest

from harness.process import any_probe
from harness.venv import Venv, assert_beats

pytestmark = [pytest.mark.any_probe, pytest.mark.surroundings]

WHEEL = os.path.join(os.path.dirname(__file__), "..", "..", "packaging", "wheel")
GLIBC = int(os.confstr("CS_GNU_LIBC_VERSION").split(".")[1])
PLATFORM = f"manylinux_2_{GLIBC}_{platform.machine()}"


def build(folder, *arguments, epoch="1764000000"):
    done = subprocess.run(
        [sys.executable, "-B", WHEEL, folder, *arguments],
        env={"SOURCE_DATE_EPOCH": epoch}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def binaries(tmp_path):
    """Not real ones: what reads them looks only for the glibc that the library needs."""
    library, probe = tmp_path / "libheartbeat.so", tmp_path / "healthprobe"
    library.write_bytes(b"\x7fELF\0GLIBC_2.4\0GLIBC_2.17\0")
    probe.write_bytes(b"\x7fELF")
    return "--library", library, "--probe", probe, "--platform"


# --- In a venv ---------------------------------------------------------------------


@pytest.mark.slow(30)
@pytest.mark.timeout(1800)
def test_both_wheels_beat_and_so_does_the_first_without_its_library(
    tmp_path, redis_url, document, probe
):
    """In one test, because a venv takes long to make."""
    binaries = "--library", os.environ["E2E_LIBRARY"], "--probe", any_probe()
    wheel, pure_wheel = build(tmp_path, *binaries, "--platform", PLATFORM), build(tmp_path)
    venv = Venv(tmp_path / "venv")

    venv.install(wheel)
    assert assert_beats(venv, redis_url, "library").stderr == ""
    about = venv.python("-m", "heartbeat", REDIS_URL="redis://:secret@redis").stdout
    (library,) = venv.path.glob("lib/python3*/site-packages/heartbeat/libheartbeat.so.0")
    assert f"library: {library}\nhot calls: by ctypes\n" in about
    assert "redis: redis:6379 with a password, by REDIS_URL\n" in about
    assert "secret" not in about

    library.write_bytes(b"\x7fELF")
    service, said = assert_beats(venv, redis_url, "python")
    (line,) = said.splitlines()
    assert line.startswith(f"heartbeat: cannot load {library}: ")
    assert document(service)["writer"]["implementation"] == "python"

    library.unlink()
    (line,) = assert_beats(venv, redis_url, "python").stderr.splitlines()
    assert line.startswith("heartbeat: no libheartbeat.so.0, which this package came with: looked in ")
    about = venv.python("-m", "heartbeat", HEARTBEAT_IMPLEMENTATION="library")
    assert (about.returncode, about.stdout) == (1, "")
    (line,) = about.stderr.splitlines()
    assert "(ImportError: heartbeat: no libheartbeat.so.0, which this package came with" in line

    venv.install(pure_wheel)
    assert not library.exists() and not (venv.path / "bin" / "healthprobe").exists()
    assert assert_beats(venv, redis_url, "python", lambda name: probe(name).exit == 0).stderr == ""
    about = venv.python("-m", "heartbeat").stdout
    version = os.path.basename(pure_wheel).split("-")[1]
    assert about.startswith(f"healthprobe: {version}\nwriter: python\nlibrary: none\n")
    assert "redis: 127.0.0.1:6379, by the default\n" in about


# --- Its bytes ---------------------------------------------------------------------


def read(path):
    with open(path, "rb") as file:
        return file.read()


def test_the_same_files_give_the_same_bytes(tmp_path, binaries):
    first = build(tmp_path / "1", *binaries, PLATFORM)
    os.utime(binaries[1], (0, 0))
    assert read(build(tmp_path / "2", *binaries, PLATFORM)) == read(first)
    assert read(build(tmp_path / "3")) == read(build(tmp_path / "4"))
    assert read(build(tmp_path / "5", epoch="1764000060")) != read(build(tmp_path / "6"))


def test_a_wheel_is_what_its_record_says(tmp_path, binaries):
    with zipfile.ZipFile(build(tmp_path, *binaries, PLATFORM)) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("RECORD")]
        lines = [line.rsplit(",", 2) for line in wheel.read(name).decode().splitlines()]
        assert [line[0] for line in lines] == wheel.namelist()
        for path, digest, size in lines[:-1]:
            content = wheel.read(path)
            sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
            assert (digest, size) == (f"sha256={sha256.rstrip('=')}", str(len(content)))
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in wheel.infolist()}
    executables = {name.split("/")[-1] for name, mode in modes.items() if mode == 0o755}
    assert executables == {"healthprobe", "libheartbeat.so.0"}


def test_an_extension_lies_in_the_package_and_changes_no_tag(tmp_path, binaries):
    extension = tmp_path / "hot_calls.so"
    extension.write_bytes(b"\x7fELF\0GLIBC_2.4\0")
    plain = build(tmp_path / "1", *binaries, PLATFORM)
    wheel = build(tmp_path / "2", *binaries, PLATFORM, "--hot-calls", extension)
    assert os.path.basename(wheel) == os.path.basename(plain)
    with zipfile.ZipFile(plain) as without, zipfile.ZipFile(wheel) as archive:
        name = "heartbeat/_hot_calls.abi3.so"
        assert set(archive.namelist()) - set(without.namelist()) == {name}
        assert archive.read(name) == extension.read_bytes()
    for arguments in ("--hot-calls", extension), (*binaries, "any", "--hot-calls", extension):
        with pytest.raises(subprocess.CalledProcessError):
            build(tmp_path / "3", *arguments)


def test_a_wheel_promises_no_older_glibc_than_its_library_needs(tmp_path, binaries):
    build(tmp_path, *binaries, "manylinux_2_17_x86_64")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, *binaries, "manylinux_2_16_x86_64")
    assert "needs glibc 2.17" in caught.value.stderr
    extension = tmp_path / "hot_calls.so"
    extension.write_bytes(b"\x7fELF\0GLIBC_2.18\0")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, *binaries, "manylinux_2_17_x86_64", "--hot-calls", extension)
    assert f"{extension} needs glibc 2.18" in caught.value.stderr


# --- Which wheel pip takes, by what it finds out about the system --------------------


def chosen(monkeypatch, names, glibc=None, musl=None, macos=False):
    from pip._vendor.packaging import _manylinux, _musllinux, tags, utils

    version = _musllinux._MuslVersion(1, musl) if musl else None
    monkeypatch.setattr(_manylinux, "_get_glibc_version", lambda: (2, glibc) if glibc else (-1, -1))
    monkeypatch.setattr(_musllinux, "_get_musl_version", lambda executable: version)
    platforms = ["macosx_14_0_arm64"] if macos else list(tags._linux_platforms())
    supported = [*tags.cpython_tags((3, 8), platforms=platforms),
                 *tags.compatible_tags((3, 8), "cp38", platforms)]  # fmt: skip
    ranks = {}
    for name in names:
        found = [supported.index(tag) for tag in utils.parse_wheel_filename(name)[3] if tag in supported]
        if found:
            ranks[min(found)] = name
    return ranks[min(ranks)]


@pytest.mark.parametrize(
    "system, takes_binaries",
    [
        ({"glibc": GLIBC}, True),
        ({"glibc": GLIBC + 4}, True),
        ({"glibc": GLIBC - 1}, False),
        ({"musl": 2}, False),
        ({"macos": True}, False),
    ],
    ids=["this glibc", "a newer glibc", "an older glibc", "musl", "macOS"],
)
def test_pip_takes_binaries_where_they_run(
    tmp_path, binaries, monkeypatch, system, takes_binaries
):
    wheels = build(tmp_path, *binaries, PLATFORM), build(tmp_path)
    with_binaries, without = map(os.path.basename, wheels)
    expected = with_binaries if takes_binaries else without
    assert chosen(monkeypatch, (with_binaries, without), **system) == expected
