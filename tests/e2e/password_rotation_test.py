"""Passwords change while services beat: whoever is first, soon after both a beat is taken."""

import os

import pytest

from harness.waiting import wait_until

OLD, NEW = "o1-Old-Secret", "n2-New-Secret"

pytestmark = pytest.mark.own_redis(
    tcp=True, options=["--requirepass", OLD], login={"password": OLD}
)


def write(path, text):
    """As an editor does: another file takes its name."""
    new = path.with_name(path.name + ".new")
    new.write_text(text + "\n")
    os.replace(new, path)


def rotate(redis):
    """Redis takes the new one only, also from those who are connected."""
    with redis.client() as client:
        client.config_set("requirepass", NEW)
    redis.login = {"password": NEW}
    redis.kill_connections()


def wait_for_refusal(service):
    wait_until(lambda: "WRONGPASS" in service.output, 60, "it complains")


@pytest.fixture
def password(tmp_path):
    """The file."""
    path = tmp_path / "password"
    write(path, OLD)
    return path


@pytest.fixture
def redis_url(redis):
    return f"redis://127.0.0.1:{redis.port}"


@pytest.fixture
def assert_silent(beats):
    def check(service):
        beats.assert_undisturbed(service)
        for secret in (OLD, NEW):
            assert secret not in service.output

    return check


def test_the_file_is_rewritten_first_then_redis(redis, beats, password, assert_silent):
    service = beats.start(REDIS_PASSWORD_FILE=password)
    write(password, NEW)
    beats.wait_for_next(what="it beats on with the old one")
    before = beats.sequence()
    rotate(redis)
    beats.wait_for_next(before)
    assert_silent(service)
    assert "WRONGPASS" not in service.output


@pytest.mark.slow(6)
def test_redis_is_first_and_the_file_follows(redis, beats, password, assert_silent):
    service = beats.start(REDIS_PASSWORD_FILE=password)
    rotate(redis)
    wait_for_refusal(service)
    before = beats.sequence()
    write(password, NEW)
    beats.wait_for_next(before)
    assert_silent(service)


@pytest.mark.slow(6)
def test_the_file_is_missing_for_a_while(redis, beats, password, assert_silent):
    service = beats.start(REDIS_PASSWORD_FILE=password)
    before = beats.sequence()
    password.unlink()
    redis.kill_connections()
    wait_until(
        lambda: "heartbeat:" in service.output or beats.sequence() > before + 1,
        60,
        "it complains, or beats on with the old one",
    )
    write(password, NEW)
    rotate(redis)
    before = beats.sequence()
    beats.wait_for_next(before)
    assert_silent(service)


@pytest.mark.slow(6)
def test_the_password_of_an_acl_user_is_a_file_below_a_link_that_is_turned(
    redis, beats, tmp_path, assert_silent
):
    rules = "resetkeys %W~health:* -@all +setex"
    redis.set_user("writer", OLD, rules)
    for name, secret in (("1", OLD), ("2", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret").write_text(secret)
    link = tmp_path / "current"
    link.symlink_to("1")
    url = f"redis://writer@127.0.0.1:{redis.port}"
    service = beats.start(url, REDIS_PASSWORD_FILE=link / "secret")
    redis.set_user("writer", NEW, rules)
    redis.kill_connections()
    wait_for_refusal(service)
    before = beats.sequence()
    new = tmp_path / "current.new"
    new.symlink_to("2")
    os.replace(new, link)
    beats.wait_for_next(before)
    assert_silent(service)


@pytest.mark.slow(6)
def test_the_whole_url_lies_in_a_file_and_both_change(redis, beats, tmp_path, assert_silent):
    path = tmp_path / "url"
    path.write_text(f"redis://:{OLD}@127.0.0.1:{redis.port}\n")
    variables = {"HEARTBEAT_REDIS_URL": None, "REDIS_URL_FILE": path}
    service = beats.start(**variables)
    rotate(redis)
    wait_for_refusal(service)
    before = beats.sequence()
    path.write_text(f"redis://:{NEW}@127.0.0.1:{redis.port}\n")
    beats.wait_for_next(before)
    assert_silent(service)
