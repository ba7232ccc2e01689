"""The scripts of the stack: a password that is missing stops them."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

COMPOSE = pathlib.Path(__file__).resolve().parents[2] / "compose"
NAMES = ("writer_password", "probe_password", "operator_password")


def run(*command, path=os.environ["PATH"]):
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={"PATH": str(path)}
    )


@pytest.fixture
def tools(tmp_path):
    """A folder with the programs that the scripts call."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in "sh dirname mkdir chmod rm head od tr touch grep mv cat sha256sum".split():
        (folder / name).symlink_to(shutil.which(name))
    return folder


@pytest.fixture
def start_redis_sh(tmp_path, tools):
    """Runs redis.sh with these secrets; its redis-server only prints the file of users."""
    server = tools / "redis-server"
    server.write_text('#!/bin/sh\ncat "$2"\n')
    server.chmod(0o755)

    def start(**secrets):
        folder = tmp_path / "secrets"
        folder.mkdir()
        for name, text in secrets.items():
            (folder / name).write_text(text)
        return run(tools / "sh", COMPOSE / "redis.sh", folder, path=tools)

    return start


def test_redis_gets_the_hashes_of_the_passwords(start_redis_sh):
    done = start_redis_sh(writer_password="one\n", probe_password="two", operator_password="three")
    assert (done.returncode, done.stderr) == (0, "")
    for user, password in (("writer", b"one"), ("probe", b"two"), ("operator", b"three")):
        assert f"user {user} on #{hashlib.sha256(password).hexdigest()} " in done.stdout


@pytest.mark.parametrize("secrets", [{}, {"writer_password": ""}, {"writer_password": "\n"}])
def test_redis_does_not_start_with_an_empty_password(start_redis_sh, secrets):
    done = start_redis_sh(probe_password="two", operator_password="three", **secrets)
    assert (done.returncode, done.stdout) == (1, "")
    assert "writer_password is empty or cannot be read\n" in done.stderr


@pytest.fixture
def new_secrets(tmp_path, tools):
    """Runs a copy of new-secrets: it writes beside itself."""
    folder = tmp_path / "compose"
    folder.mkdir()
    shutil.copy(COMPOSE / "new-secrets", folder)
    (folder / "trading").mkdir()
    shutil.copy(COMPOSE / "trading/new-secrets", folder / "trading")

    def make(script="new-secrets"):
        done = run(tools / "sh", folder / script, path=tools)
        return done, folder

    return make


def test_new_secrets_are_long_and_differ(new_secrets):
    done, folder = new_secrets()
    assert (done.returncode, done.stderr) == (0, "")
    passwords = {(folder / "secrets" / name).read_text() for name in NAMES}
    assert [len(password) for password in passwords] == [48, 48, 48]
    assert (folder / ".env").read_text() == "SECRETS=./secrets\n"


def test_without_od_no_secret_is_replaced(new_secrets, tools):
    new_secrets()
    (tools / "od").unlink()
    done, folder = new_secrets()
    assert (done.returncode, done.stdout) == (1, "")
    assert "new-secrets: no random password" in done.stderr
    assert all(len((folder / "secrets" / name).read_text()) == 48 for name in NAMES)


def test_the_urls_of_the_trading_stack_hold_its_passwords(new_secrets):
    done, folder = new_secrets("trading/new-secrets")
    assert (done.returncode, done.stderr) == (0, "")
    secrets = {file.name: file.read_text() for file in (folder / "trading/secrets").iterdir()}
    assert secrets["redis_url"] == f"redis://writer:{secrets['writer_password']}@redis:6379/0"
    assert f":{secrets['database_password']}@" in secrets["database_url"]
    assert f":{secrets['rabbitmq_password']}@" in secrets["rabbitmq_url"]
    assert f"default_pass = {secrets['rabbitmq_password']}\n" in secrets["rabbitmq.conf"]
    assert not (folder / ".env").exists()


def test_the_trading_stack_keeps_the_passwords_that_it_has(new_secrets):
    _, folder = new_secrets("trading/new-secrets")
    before = (folder / "trading/secrets/database_password").read_text()
    done, _ = new_secrets("trading/new-secrets")
    assert (done.returncode, done.stdout) == (1, "")
    assert (folder / "trading/secrets/database_password").read_text() == before


def test_the_trading_stack_without_od_has_no_urls(new_secrets, tools):
    (tools / "od").unlink()
    done, folder = new_secrets("trading/new-secrets")
    assert done.returncode == 1
    assert list((folder / "trading/secrets").iterdir()) == []
