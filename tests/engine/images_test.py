"""What the images are made of."""

import re

import pytest

from harness.images import SERVICES as TARGETS

MEGABYTE = 1_000_000


@pytest.mark.parametrize("program", ["healthprobe", "healthboard", "healthbeat"])
def test_an_image_is_the_program_and_authorities(images, program):
    assert images.files(program) == ["etc/ssl/certs/ca-certificates.crt", program]


@pytest.mark.parametrize(
    "image, megabytes", [("healthprobe", 10), ("healthprobe-without-tls", 2.6)]
)
def test_the_probe_image_is_small(images, image, megabytes):
    assert images.size(image) <= megabytes * MEGABYTE


@pytest.mark.parametrize(
    "image, reason", [("healthprobe", "[unreachable]"), ("healthprobe-without-tls", "[usage]")]
)
def test_only_the_probe_with_tls_speaks_tls(engine, images, image, reason):
    asked = engine.docker(
        "run", "--rm", "--network=none", images.name(image),
        "-u", "rediss://127.0.0.1:1", "ingestion", check=False,
    )  # fmt: skip
    assert asked.returncode == 1, asked
    assert reason in asked.stdout + asked.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_a_service_image_has_no_shell(images, target):
    files = images.files(target)
    programs = [name for name in files if "/bin/" in name]
    assert programs == sorted(["usr/local/bin/healthprobe", f"usr/local/bin/{target}"])
    for name in files:
        if name not in programs:
            assert re.search(r"^(lib|lib64|usr/lib|usr/share/zoneinfo|etc/ssl/certs)/", name)


@pytest.fixture(scope="module")
def version(engine, images):
    asked = engine.docker("run", "--rm", "--network=none", images.name("healthprobe"), "--version")
    return asked.stdout.split()[1]


@pytest.mark.parametrize("target", ["healthprobe", "healthboard", "healthbeat", *TARGETS])
def test_labels_and_user(images, version, target):
    label = '{{index .Config.Labels "org.opencontainers.image.%s"}}'
    found = [images.inspect(target, label % x) for x in ("title", "version", "licenses")]
    assert found == [target, version, "MIT"]
    assert images.inspect(target, label % "description")
    assert re.search(r"^[1-9]\d*:[1-9]\d*$", images.inspect(target, "{{.Config.User}}"))
