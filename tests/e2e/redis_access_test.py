"""Passwords and access lists: what is refused, what suffices, and what is never shown."""

import pytest

from harness.waiting import wait_until

SECRET = "k8-Quite/Secret"
IN_URL = "k8-Quite%2FSecret"
WRONG = "w3-Also-Secret"
HEALTHY = (0, "healthy", "healthy")

pytestmark = pytest.mark.own_redis(
    tcp=True, options=["--requirepass", SECRET], login={"password": SECRET}
)


def assert_silent(*texts):
    for text in texts:
        for secret in (SECRET, IN_URL, WRONG):
            assert secret not in str(text)


@pytest.fixture
def ask(probe):
    def run(url=None, *arguments, **variables):
        found = probe("ingestion", *arguments, redis_url=url, **variables)
        assert_silent(found.stdout, found.stderr)
        return found

    return run


@pytest.mark.parametrize(
    "way", ["in the URL", "in REDIS_URL", "in REDIS_PASSWORD", "in REDIS_PASSWORD_FILE"]
)
def test_a_password_opens_redis_to_both_halves(
    redis, ask, start_service, wait_for_status, tmp_path, way
):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    variables = {
        "in the URL": {"HEARTBEAT_REDIS_URL": redis.url_as("", IN_URL)},
        "in REDIS_URL": {
            "HEARTBEAT_REDIS_URL": None,
            "REDIS_URL": redis.url_as("default", IN_URL),
        },
        "in REDIS_PASSWORD": {"HEARTBEAT_REDIS_URL": redis.url, "REDIS_PASSWORD": SECRET},
        "in REDIS_PASSWORD_FILE": {
            "HEARTBEAT_REDIS_URL": redis.url,
            "REDIS_PASSWORD_FILE": path,
        },
    }[way]
    service = start_service("ingestion", **variables)
    wait_for_status("ingestion", "healthy")
    found = ask(**variables)
    assert found.found == HEALTHY, found
    assert_silent(service.output)


def test_redis_as_an_option_takes_a_password_with_a_warning_that_does_not_show_it(redis, ask):
    found = ask(None, "--redis", redis.url_as("", IN_URL))
    assert found.found == (1, "unhealthy", "missing"), found
    assert "warning" in found.stderr


@pytest.mark.parametrize("user", [None, "", "nobody"])
def test_no_password_or_a_wrong_one_is_auth(redis, ask, user):
    url = redis.url if user is None else redis.url_as(user, WRONG)
    found = ask(url)
    assert found.found == (1, "unknown", "auth"), found
    assert ask(url, "--on-redis-error", "pass").exit == 0


def test_a_password_that_is_refused_is_named_by_its_origin(redis, ask, tmp_path):
    (tmp_path / "secret").write_text(WRONG)
    for variables, words in [
        ({"REDIS_PASSWORD": WRONG}, ": AUTH with REDIS_PASSWORD: WRONGPASS"),
        ({"REDIS_PASSWORD_FILE": tmp_path / "secret"}, ": AUTH with REDIS_PASSWORD_FILE: WRONGPASS"),
        ({"REDIS_PASSWORD": f"'{SECRET}'"}, ": AUTH with REDIS_PASSWORD, which is in quotes: WRONGPASS"),
    ]:
        found = ask(redis.url, **variables)
        assert found.reason == "auth"
        assert words in found.stdout, found


def test_neither_half_shows_a_wrong_password(redis, ask, start_service):
    for output in ("json", "text"):
        ask(redis.url_as("", WRONG), "--output", output)
    service = start_service("ingestion", url=redis.url_as("", WRONG))
    wait_until(lambda: "WRONGPASS" in service.output, 60, "it complains")
    assert_silent(service.output)


@pytest.fixture
def url_without_colon(redis):
    """A password where the user name belongs, as in redis://PASSWORD@HOST."""
    return f"redis://{IN_URL}@127.0.0.1:{redis.port}"


def test_a_password_without_its_colon_is_not_shown_and_the_probe_says_how_to_write_it(
    ask, url_without_colon, start_service, tmp_path
):
    hint = "AUTH with a user name and no password (a password alone is redis://:PASSWORD@HOST): WRONGPASS"
    for arguments in ([], ["-o", "json"], ["-o", "nagios"], ["--explain"]):
        found = ask(url_without_colon, *arguments)
        assert found.exit != 0, found
        assert hint in found.stdout, found
    assert hint in ask(None, "--redis", url_without_colon).stdout
    for output in ("json", "prometheus"):
        written = tmp_path / f"written.{output}"
        assert ask(url_without_colon, "-o", output, "--write", written).exit != 0
        assert 'ingestion"' in written.read_text()
        assert_silent(written.read_text())
    service = start_service("ingestion", url=url_without_colon)
    wait_until(lambda: hint in service.output, 60, "the service says it too")
    assert_silent(service.output)


def test_healthboard_does_not_show_a_password_without_its_colon(board, url_without_colon):
    board.start(HEARTBEAT_REDIS_URL=url_without_colon)
    wait_until(lambda: "a password alone is" in board.get("/health")[2], 60, "it has asked Redis")
    answers = [board.get("/health/ingestion"), board.get("/metrics")]
    answers += [board.get(path, accept="text/html") for path in ("/", "/health", "/service/ingestion")]
    for status, _, body in answers:
        assert status and body
    assert_silent(*answers)
    board.process.terminate()
    assert_silent(board.process.communicate(timeout=60)[1].decode(), log := board.log.read_text())
    assert "a password alone is" in log


def test_an_access_list_of_two_commands_suffices_for_the_probe_of_one_for_a_service(
    redis, ask, start_service, wait_for_status
):
    redis.set_user("probe", SECRET, "resetkeys %R~health:* -@all +getrange +pttl")
    redis.set_user("writer", SECRET, "resetkeys ~health:* -@all +setex")
    start_service("ingestion", url=redis.url_as("writer", IN_URL))
    wait_for_status("ingestion", "healthy")
    found = ask(redis.url_as("probe", IN_URL))
    assert found.found == HEALTHY, found


@pytest.mark.parametrize(
    "rules", ["%R~health:* -@all +getrange", "%R~health:* -@all +pttl", "%R~other:* +@all"]
)
def test_a_user_who_may_not_read_is_denied(redis, client, ask, rules):
    client.setex("health:ingestion", 60, '{"status": "healthy"}')
    redis.set_user("limited", SECRET, f"resetkeys {rules}")
    url = redis.url_as("limited", IN_URL)
    found = ask(url)
    assert found.found == (1, "unknown", "denied"), found
    assert ask(url, "--on-redis-error", "pass").exit == 0


def test_a_service_that_may_not_write_says_so(redis, start_service):
    redis.set_user("limited", SECRET, "resetkeys %R~other:* +@all")
    service = start_service("ingestion", url=redis.url_as("limited", IN_URL))
    wait_until(lambda: "NOPERM" in service.output, 60, "it complains")
    assert_silent(service.output)
