"""healthbeat beat and stop: what the probe says about a service that only they write."""

import pytest
from harness.probe import run
from harness.process import binary, clean_environment

SECRET = "k8-Quite-Secret"


@pytest.fixture
def healthbeat(redis):
    """healthbeat(ARGUMENT..., VARIABLE=VALUE...): runs it, with the URL of `redis`."""

    def beat(*arguments, **variables):
        variables = {"HEARTBEAT_REDIS_URL": redis.url, "HEALTHBEAT_TIMEOUT": "20s", **variables}
        return run([binary("healthbeat"), *arguments], clean_environment(**variables))

    return beat


def assert_written(answer):
    assert (answer.exit, answer.stdout, answer.stderr) == (0, "", ""), answer


@pytest.mark.parametrize(
    "status, exit_status", [("healthy", 0), ("degraded", 1), ("starting", 1), ("unhealthy", 1)]
)
def test_the_probe_reads_the_status_and_the_reason(healthbeat, probe, status, exit_status):
    assert_written(healthbeat("beat", "import", "--status", status, "--reason", "3 rows"))
    found = probe("import")
    assert found.found == (exit_status, status, status), found
    assert found.text.startswith("3 rows")


def test_a_beat_lives_for_its_ttl_and_is_never_stale_before(healthbeat, client, probe, document):
    assert_written(healthbeat("beat", "import", "--ttl", "10m"))
    assert 540 < client.ttl("health:import") <= 600
    assert document("import")["interval_ms"] == 0
    client.expire("health:import", 20)  # as if all but 20 s had passed
    assert probe("import").found == (0, "healthy", "healthy")
    client.delete("health:import")
    missing = probe("--all")
    assert missing.exit == 1 and "import unhealthy [missing]: " in missing.stdout, missing


def test_a_stopped_service_says_so_and_stays_on_the_roster(healthbeat, probe):
    assert_written(healthbeat("beat", "import"))
    assert_written(healthbeat("stop", "import"))
    found = probe("--all")
    assert found.exit == 1 and "import unhealthy [unhealthy]: stopped at " in found.stdout, found


def test_a_stopped_replica_leaves_the_roster(healthbeat, probe):
    assert_written(healthbeat("beat", "worker", HEARTBEAT_INSTANCE="1"))
    assert_written(healthbeat("beat", "worker", HEARTBEAT_INSTANCE="2"))
    assert probe("worker").stdout.count("\n") == 2
    assert_written(healthbeat("stop", "worker", HEARTBEAT_INSTANCE="2"))
    answer = probe("worker")
    assert answer.exit == 0 and answer.stdout.startswith("worker:1 healthy"), answer


def test_beats_of_a_script_are_those_of_no_living_process(healthbeat, probe):
    """Each is a process of its own; --own accepts them by their host."""
    for _ in range(3):
        assert_written(healthbeat("beat", "import"))
        assert probe("import", "--own").found == (0, "healthy", "healthy")


def test_a_password_in_a_reason_is_masked(healthbeat, document):
    assert_written(healthbeat("beat", "import", "--reason", "redis://:hunter2@db refused"))
    assert "hunter2" not in str(document("import"))


# --- TLS, and secrets in files -------------------------------------------------


@pytest.fixture
def in_files(tls, tmp_path):
    """in_files(QUERY, PASSWORD): variables for a Redis that wants TLS and a password."""
    tls.start(options=["--requirepass", SECRET], login={"password": SECRET})

    def variables(query="", password=SECRET):
        (tmp_path / "url").write_text(f"{tls.url(query)}\n")
        (tmp_path / "password").write_text(f"{password}\n")
        return {
            "HEARTBEAT_REDIS_URL": None,
            "HEARTBEAT_REDIS_URL_FILE": tmp_path / "url",
            "REDIS_PASSWORD_FILE": tmp_path / "password",
        }

    return variables


@pytest.mark.parametrize("action", [["beat", "import"], ["run", "import", "--", "true"]])
def test_it_writes_through_tls_with_secrets_from_files(healthbeat, tls, in_files, action):
    for query, variables in ((tls.trusting, {}), ("", {"SSL_CERT_FILE": tls.authority.certificate})):
        assert_written(healthbeat(*action, **in_files(query), **variables))
        assert tls.redis.document("import")["status"] == "healthy"
        with tls.redis.client() as client:
            client.delete("health:import")


def test_whom_it_does_not_trust_and_who_refuses_the_password_gets_nothing(
    healthbeat, tls, stranger, in_files
):
    for query, password, error in (
        ("", SECRET, "certificate"),
        (f"ssl_ca_certs={stranger.certificate}", SECRET, "certificate"),
        (tls.trusting, "hunter2", "WRONGPASS"),
    ):
        answer = healthbeat("beat", "import", **in_files(query, password))
        assert_refused(answer, error)
        assert password not in answer.stderr
    assert tls.redis.document("import") == {}


# --- Nothing is written -------------------------------------------------------


def assert_refused(answer, *texts):
    assert answer.exit == 1 and answer.stdout == "", answer
    assert answer.stderr.startswith("healthbeat: ") and answer.stderr.count("\n") == 1, answer
    for text in texts:
        assert text in answer.stderr


def test_a_redis_that_is_away_is_an_error(healthbeat):
    for action in ("beat", "stop"):
        answer = healthbeat(action, "import", HEARTBEAT_REDIS_URL="redis://127.0.0.1:1")
        assert_refused(answer, "nothing is written", "127.0.0.1:1", "refused")


@pytest.mark.own_redis()
def test_a_redis_that_hangs_is_an_error_after_the_timeout(healthbeat, redis):
    redis.freeze()
    answer = healthbeat("beat", "import", "--timeout", "2s")
    redis.thaw()
    assert_refused(answer, "nothing is written", "within 2s")


@pytest.mark.own_redis()
def test_a_redis_that_refuses_is_an_error_and_tells_no_password(healthbeat, client):
    client.execute_command("ACL", "SETUSER", "reader", "on", ">hunter2", "~*", "+get")
    url = "redis://reader:{}@{}"
    host = client.connection_pool.connection_kwargs
    where = host.get("path") and f"unix://reader:{{}}@{host['path']}" or url.format(
        "{}", f"{host['host']}:{host['port']}"
    )
    answer = healthbeat("beat", "import", HEARTBEAT_REDIS_URL=where.format("hunter2"))
    assert_refused(answer, "NOPERM")
    answer = healthbeat("beat", "import", HEARTBEAT_REDIS_URL=where.format("hunter3"))
    assert_refused(answer, "WRONGPASS")
    assert "hunter3" not in answer.stderr


def test_no_redis_at_all_is_an_error(healthbeat):
    assert_refused(healthbeat("beat", "import", HEARTBEAT_REDIS_URL="none"), "none")
    assert_refused(healthbeat("beat", "import", HEARTBEAT_REDIS_URL="http://secret"), "redis://")
    assert_refused(healthbeat("beat", "import", HEARTBEAT_INSTANCE="a b"), "a b")
    assert_refused(healthbeat("beat", "a/b"), "a/b")
    assert_refused(healthbeat("halt", "import"), "halt")
