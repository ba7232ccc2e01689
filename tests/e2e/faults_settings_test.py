"""The probe is told wrongly where Redis is, or cannot read what it is told."""

import os

import pytest

from harness.fault import ENCODED, SECRET, Fault, Scene, parameters

LARGEST_FILE = 64 * 1024
SOMEWHERE = "redis://127.0.0.1:1"


def password_file(make):
    """The secret would be in a file, which is not as it should be."""

    def scene(stage):
        return Scene(SOMEWHERE, knows_secret=False, variables={"REDIS_PASSWORD_FILE": make(stage)})

    return scene


def url_file(make):
    return lambda stage: Scene(None, variables={"HEARTBEAT_REDIS_URL_FILE": make(stage)})


def missing(stage):
    return stage.path("missing")


def folder(stage):
    return stage.folder


def empty(stage):
    return stage.file("empty", "")


def too_large(stage):
    return stage.file("large", SECRET * (LARGEST_FILE // len(SECRET) + 1))


def hung(stage):
    """Somebody has to write before anybody can read it."""
    os.mkfifo(stage.path("pipe"))
    return stage.path("pipe")


def endless(stage):
    return "/dev/zero"


def bad_url_inside(stage):
    return stage.file("url", f"redis://:{ENCODED}@host:port\n")


def empty_password(stage):
    server, _ = stage.redis()
    variables = {"REDIS_PASSWORD_FILE": empty(stage)}
    return Scene(server.url, knows_secret=False, variables=variables)


def url(text):
    return lambda stage: text


FAULTS = [
    Fault("password file: missing", password_file(missing), "usage", "missing"),
    Fault("password file: a folder", password_file(folder), "usage"),
    Fault("password file: too large", password_file(too_large), "usage", "large"),
    Fault("password file: endless", password_file(endless), "usage", "zero"),
    Fault("password file: hung", password_file(hung), "usage", hangs=True),
    Fault("password file: empty", empty_password, "usage", "is empty"),
    Fault("URL file: missing", url_file(missing), "usage", "missing"),
    Fault("URL file: a folder", url_file(folder), "usage"),
    Fault("URL file: empty", url_file(empty), "usage", "HEARTBEAT_REDIS_URL_FILE"),
    Fault("URL file: hung", url_file(hung), "usage", hangs=True),
    Fault("URL file: no URL in it", url_file(bad_url_inside), "usage", "port"),
    Fault("URL: no scheme", url("localhost:6379"), "usage", "scheme"),
    Fault("URL: none, and no file", url("none"), "usage", "none is for a service"),
    Fault("URL: another scheme", url("http://localhost"), "usage", "http"),
    Fault("URL: the port is a word", url("redis://localhost:port"), "usage", "port"),
    Fault("URL: the port is too large", url("redis://localhost:65536"), "usage", "port"),
    Fault("URL: a space", url("redis://local host"), "usage", "space"),
    Fault("URL: IPv6 without brackets", url("redis://::1:6379"), "usage", "IPv6"),
    Fault("URL: the database is a word", url("redis://localhost?db=x"), "usage", "x"),
    Fault("URL: no path of the socket", url("unix://"), "usage", "path"),
    Fault("URL: the secret as it is", url(f"redis://:{SECRET}@localhost"), "usage"),
    Fault("URL: a slash in the secret", url(f"redis://u:{SECRET[:9]}@localhost"), "usage", "%2F"),
    Fault("URL: sentinels without a master", url("redis-sentinel://localhost"), "usage", "master"),
]


@pytest.mark.parametrize("fault", parameters(FAULTS))
def test_a_url_that_cannot_be_or_a_secret_that_cannot_be_read_is_usage(fault_check, fault):
    fault_check.assert_found(fault)
