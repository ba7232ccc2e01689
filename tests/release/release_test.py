"""What scripts/release built is whole, small, hardened, and does its job."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from conftest import architectures, folder, output, source, version
from harness.venv import assert_beats

glibc = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"}
programs = ("healthprobe", "healthboard", "healthbeat")
scripts = ("healthprobe-monitor", "healthprobe-slack")
loaders = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--arch"], "--arch needs a value"),
        (["--arch="], "--arch needs a value"),
        (["--output"], "--output needs a value"),
        (["--arch", "mips"], "no architecture 'mips'"),
        (["--amd64"], "no option '--amd64'"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_done(arguments, message):
    done = subprocess.run([source / "scripts" / "release", *arguments], text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"release: {message} (see --help)\n")


def test_the_sums_are_those_of_all_files():
    lines = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    files = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert set(lines) == files
    for name, expected in lines.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name


@pytest.mark.parametrize("kind", ["healthprobe", "healthprobe-small"])
def test_a_tarball_has_programs_manuals_completions_and_licences(release, kind):
    root = release.unpacked(kind)
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    completions = [
        name
        for program in programs
        for name in (f"bash/{program}", f"fish/{program}.fish", f"zsh/_{program}")
    ]
    assert found == sorted([
        *(f"bin/{name}" for name in (*programs, *scripts)),
        *(f"share/man/{name}.1" for name in (*programs, *scripts)),
        *(f"share/{name}" for name in completions),
        *(f"share/healthprobe/{name}.schema.json" for name in ("document", "output")),
        "CHANGELOG.md",
        "LICENSE",
        "THIRD-PARTY-LICENCES",
    ])  # fmt: skip
    licences = (root / "THIRD-PARTY-LICENCES").read_text()
    for name in ("hiredis", "fmtlib", "nlohmann-json3", "cli11", "re2", "glibc", "gcc-12|gcc-14", "boost"):
        assert re.search(rf"^(.*, )?({name})", licences, re.MULTILINE), name
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in licences  # glibc's
    assert bool(re.search(r"^(.*, )?openssl$", licences, re.MULTILINE)) == (kind == "healthprobe")
    for name in programs:
        said = release.run(root / "bin" / name, "--version")
        assert said.returncode == 0, said.stderr
        assert said.stdout.startswith(f"{name} {version}\ncommit ")
        assert ("TLS: OpenSSL" in said.stdout) == (kind == "healthprobe")


@pytest.mark.parametrize("kind", ["healthprobe", "healthprobe-small"])
@pytest.mark.parametrize(
    "program, on_12, on_13",
    [
        ("healthprobe", 2_200_000, 2_400_000),
        ("healthbeat", 2_500_000, 3_600_000),  # with RE2, and on 13 its Abseil
    ],
)
def test_a_program_is_static_and_small(release, kind, program, on_12, on_13):
    small = on_12 if release.is_of_debian_12 else on_13
    most = small if kind == "healthprobe-small" else 10_000_000
    output(source / "tests" / "static_binary_test.sh", release.unpacked(kind) / "bin" / program, most)


def test_programs_and_library_are_hardened(release):
    check = source / "tests" / "hardening_test.sh"
    for kind in ("healthprobe", "healthprobe-small"):
        for name in programs:
            output(check, "program" if name == "healthboard" else "fixed", release.unpacked(kind) / "bin" / name)
    library = release.layer("heartbeat") / "heartbeat" / "libheartbeat.so.0"
    archives = [next(release.debian().rglob(f"libheartbeat{part}.a")) for part in ("++", "_redis", "_document")]
    output(check, "library", library, *archives)


def test_the_library_needs_nothing_but_an_old_glibc(release):
    library = release.layer("heartbeat") / "heartbeat" / "libheartbeat.so.0"
    needed = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-dW", library))
    assert set(needed) <= glibc | loaders
    versions = re.findall(r"GLIBC_([\d.]+)", output("readelf", "-VW", library))
    assert max(tuple(map(int, name.split("."))) for name in versions) <= (2, 28)


def test_the_extension_of_the_python_package_needs_nothing_that_the_wheel_does_not_promise(release):
    extension = release.layer("heartbeat") / "heartbeat/heartbeat/_hot_calls.abi3.so"
    wheel = release.file(f"healthprobe-{version}-py3-none-manylinux_*_{release.machine}.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("heartbeat/_hot_calls.abi3.so") == extension.read_bytes()
    assert extension.stat().st_size <= (20_000 if release.machine == "x86_64" else 70_000)  # pages of 64 KiB
    output(source / "tests" / "hardening_test.sh", "library", extension)
    needed = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-dW", extension))
    assert set(needed) <= {"libc.so.6"} | loaders
    versions = re.findall(r"GLIBC_([\d.]+)", output("readelf", "-VW", extension))
    assert max(tuple(map(int, name.split("."))) for name in versions) <= (2, 17)
    symbols = [line.split() for line in output("nm", "-D", extension).splitlines()]
    assert [words[-1] for words in symbols if words[0] not in "Uw"] == ["PyInit__hot_calls"]
    assert [words[-1] for words in symbols if words[-1].startswith("heartbeat_")] == []


def compiled_service(release):
    program = release.work / "service"
    if not program.exists():
        library = release.layer("heartbeat") / "heartbeat"
        output(
            f"{release.tools}gcc", "-Wall", "-Werror", source / "tests" / "release" / "service.c",
            "-I", library / "include", "-o", program, library / "libheartbeat.so.0",
            f"-Wl,-rpath,{library}",
        )  # fmt: skip
    return program


def test_a_service_beats_and_the_probe_passes_it(release, redis_url):
    kind = "healthprobe" if redis_url.startswith("rediss") else "healthprobe-small"
    probe = release.unpacked(kind) / "bin" / "healthprobe"
    before = release.run(probe, "service", "--redis", redis_url)
    assert (before.returncode, before.stderr) == (1, ""), before.stdout
    command = [*release.runner, compiled_service(release), redis_url]
    service = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE)
    try:
        end = time.monotonic() + release.patience
        while (said := release.run(probe, "service", "--redis", redis_url)).returncode != 0:
            assert time.monotonic() < end, said.stdout
            assert service.poll() is None
            time.sleep(0.1)
        assert said.stdout.startswith("service healthy"), said
    finally:
        service.communicate()
    said = release.run(probe, "service", "--redis", redis_url)
    assert (said.returncode, "stopped" in said.stdout) == (1, True), said.stdout


def test_the_wheel_sets_up_both_halves_and_beats_without_its_library_too(release, redis_url):
    wheel = release.file(f"healthprobe-{version}-py3-none-manylinux_*_{release.machine}.whl")
    assert wheel.stat().st_size <= (5_000_000 if release.is_of_debian_12 else 7_500_000)
    python = release.python
    python.install(wheel)
    warning = ": the writer in Python replaces it\n"  # a slow Redis under qemu may be another
    assert warning not in assert_beats(python, redis_url, "library").stderr
    assert "\nhot calls: in C\n" in python.python("-m", "heartbeat").stdout
    (library,) = python.path.rglob("libheartbeat.so.0")
    library.unlink()
    assert assert_beats(python, redis_url, "python").stderr.count(warning) == 1


@pytest.mark.parametrize(
    "system, has_binaries",
    [("manylinux_2_25", True), ("manylinux_2_24", False), ("musllinux_1_2", False), ("macosx_14_0", False), ("win", False)],
)
def test_pip_takes_the_wheel_with_binaries_only_where_they_run(release, system, has_binaries):
    machine = {"macosx_14_0": "arm64", "win": "amd64"}.get(system, release.machine)
    target = release.work / system
    output(
        sys.executable, "-m", "pip", "download", "-q", "--no-index", f"--find-links={folder}", "--only-binary=:all:",
        f"--platform={system}_{machine}", f"--dest={target}", "healthprobe",
    )  # fmt: skip
    (taken,) = target.iterdir()
    assert ("manylinux" in taken.name) == has_binaries, taken


def module_files():
    root = source / "heartbeat" / "python"
    return {path.relative_to(root).as_posix() for kind in ("*.py", "py.typed") for path in root.rglob(kind)}


def test_the_python_module_is_whole_in_wheels_package_and_image(release):
    assert {"heartbeat/__init__.py", "heartbeat/_python/beat.py", "heartbeat/py.typed"} <= module_files()
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            assert module_files() <= set(archive.namelist()), wheel.name
    for root in (release.debian() / "usr/lib/python3/dist-packages", release.layer("heartbeat") / "heartbeat"):
        assert [name for name in module_files() if not (root / name).is_file()] == [], root


def test_the_python_module_of_the_image_takes_the_library_beside_it(own_release):
    root = own_release.layer("heartbeat") / "heartbeat"
    done = subprocess.run(
        [sys.executable, "-B", "-m", "heartbeat"], text=True, capture_output=True, timeout=60, cwd="/",
        env={"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert (said["healthprobe"], said["writer"]) == (version, "library")
    assert (said["library"], said["hot calls"]) == (str(root / "libheartbeat.so.0"), "in C")


def test_lintian_finds_no_error_in_the_packages():
    packages = sorted(folder.glob("*.deb"))
    assert len(packages) == 3 * len(architectures) + 1
    found = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", "--no-cfg", *packages], text=True, capture_output=True
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_packages_hold_what_they_say(release):
    root = release.debian()
    for name in ("healthprobe", "libheartbeat0", "libheartbeat-dev", "python3-heartbeat"):
        assert (root / "usr/share/doc" / name / "copyright").exists()
    for name in (*programs, *scripts):
        assert os.access(root / "usr/bin" / name, os.X_OK)
        assert (root / f"usr/share/man/man1/{name}.1.gz").exists()
    depends = output("dpkg-deb", "-f", release.file(f"healthprobe_*_{release.architecture}.deb"), "Depends")
    assert "libssl3" in depends and "libhiredis" in depends and "libre2" in depends
    assert release.run(root / "usr/bin/healthprobe", "--version").stdout.startswith(f"healthprobe {version}\n")


@pytest.mark.parametrize("image", ["healthprobe", "heartbeat"])
def test_an_image_is_what_its_digests_say(release, image):
    with tarfile.open(folder / f"{image}-{version}-image-{release.architecture}.tar") as archive:
        def blob(described):
            content = archive.extractfile("blobs/sha256/" + described["digest"].removeprefix("sha256:")).read()
            assert len(content) == described["size"]
            assert "sha256:" + hashlib.sha256(content).hexdigest() == described["digest"]
            return content

        (entry,) = json.load(archive.extractfile("index.json"))["manifests"]
        manifest = json.loads(blob(entry))
        config = json.loads(blob(manifest["config"]))
        (layer,) = manifest["layers"]
        unpacked = hashlib.sha256(gzip.decompress(blob(layer))).hexdigest()
        assert config["rootfs"]["diff_ids"] == [f"sha256:{unpacked}"]
        assert (config["os"], config["architecture"]) == ("linux", release.architecture)
        assert config["config"]["Labels"]["org.opencontainers.image.version"] == version


@pytest.mark.parametrize("program", ["healthprobe", "healthbeat"])
def test_the_programs_of_the_image_need_nothing_around_them(release, program):
    if os.geteuid() != 0:
        pytest.skip("needs root for an empty root directory")
    root = release.layer("healthprobe")
    command = [f"/{program}", "--version"]
    if release.runner:
        shutil.copy(shutil.which(release.runner[0]), root / "runner")
        command = ["/runner", *command]
    assert output("chroot", root, *command).startswith(f"{program} {version}\n")


def test_what_names_the_version_names_this_one():
    for path, pattern in (
        ("compose/Dockerfile", r"ARG VERSION=(.*)"),
        ("docs/python.md", r"pip install healthprobe-([\d.]+)-"),
        ("CHANGELOG.md", r"## (\S+)"),
    ):
        assert re.search(pattern, (source / path).read_text())[1] == version, path


def test_the_bill_of_materials_names_every_file_and_all_that_is_in_it(release):
    document = json.loads((folder / f"healthprobe-{version}.spdx.json").read_text())
    assert document["spdxVersion"] == "SPDX-2.3"
    packages = {package["SPDXID"]: package for package in document["packages"]}
    assert len(packages) == len(document["packages"])
    contained = {}
    for relation in document["relationships"]:
        assert relation["relatedSpdxElement"] in packages
        contained.setdefault(relation["spdxElementId"], []).append(packages[relation["relatedSpdxElement"]])
    ours = {package.get("packageFileName"): package for package in packages.values()}
    for file in folder.iterdir():
        if file.suffix not in (".json", ""):
            expected = ours[file.name]["checksums"][0]["checksumValue"]
            assert hashlib.sha256(file.read_bytes()).hexdigest() == expected
    for name in (f"healthprobe_{version}", f"libheartbeat0_{version}", f"libheartbeat-dev_{version}"):
        package = ours[f"{name}_{release.architecture}.deb"]
        assert "nlohmann-json3" in {part["name"] for part in contained[package["SPDXID"]]}, name
    tarball = ours[f"healthprobe-{version}-linux-{release.architecture}.tar.gz"]
    for package in contained[tarball["SPDXID"]]:
        (reference,) = package["externalRefs"]
        # Of Boost only headers are used, which are those of the machine that builds.
        if "/libboost" not in reference["referenceLocator"]:
            assert reference["referenceLocator"].endswith(("arch=all", f"arch={release.architecture}"))
    found = {package["name"]: package["versionInfo"] for package in contained[tarball["SPDXID"]]}
    said = release.run(release.unpacked("healthprobe") / "bin" / "healthprobe", "--version").stdout
    sources = {"hiredis": "hiredis", "fmt": "fmtlib", "nlohmann-json": "nlohmann-json3", "CLI11": "cli11"}
    for name, source_package in sources.items():  # fmt 10.1.1 of Debian says 10.1.0
        assert found[source_package].startswith(re.search(rf"{name} (\d+\.\d+)", said)[1])
    assert found["openssl"] == re.search(r"OpenSSL ([\d.]+)", said)[1]
    assert found["glibc"] and found["re2"]
    assert any(name.startswith("gcc-") for name in found)
