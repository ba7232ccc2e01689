"""Every mistake on the command line or in the environment: one line that says what to do."""

import json
import re

import pytest

URL = "redis://127.0.0.1:1"
NAMES = "1 to 128 of A-Z a-z 0-9 . _ -"
DURATIONS = ("500ms", "3s", "2m")


@pytest.fixture
def redis_url():
    """Nobody listens there."""
    return URL


@pytest.fixture
def assert_refused(probe):
    """`named` is what must show of the value, `accepted` what must show of the rule."""

    def check(arguments, named, accepted, **variables):
        found = probe(*arguments, **variables)
        assert found.exit == 1, found
        output = found.stdout + found.stderr
        assert output.count("\n") == 1, found
        assert output.endswith("\n") and output[:-1].isprintable(), found
        for text in (named, *accepted):
            assert text in output
        assert "secret" not in output

    return check


# --- Mistakes -----------------------------------------------------------------


@pytest.mark.parametrize("option", ["--nope", "-x", "--redi"])
def test_an_unknown_option_is_named(assert_refused, option):
    assert_refused(["ingestion", option], option, ["healthprobe --help"])


def test_an_unknown_option_is_named_without_its_value(assert_refused):
    says = ["did you mean --timeout?"]
    assert_refused(["ingestion", "--tiemout=secret"], "--tiemout", says)
    assert_refused(["ingestion", "--no\x1bpe"], "--no\\x1bpe", ["--help"])


@pytest.mark.parametrize(
    "option", ["--redis", "--timeout", "--max-age", "--ttl", "--expect", "--prefix", "-o"]
)
def test_an_option_without_its_value_is_named(assert_refused, option):
    assert_refused(["ingestion", option], option, ["needs a value"])


def test_no_service_is_said(assert_refused):
    assert_refused([], "no service", ["HEARTBEAT_SERVICE"])


@pytest.mark.parametrize(
    "name, shown",
    [
        ("", "''"),
        ("a" * 129, "a" * 40),
        ("in gestion", "in gestion"),
        ("*", "*"),
        ("-", "-"),
        ("inges?ion", "inges?ion"),
        ("[a,b]", "[a,b]"),
        ("health:ingestion", "health:ingestion"),
        ("a/b", "a/b"),
        ("a\nb", "a\\nb"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("ü", "ü"),
        (b"\xff", "\\xff"),
    ],
)
def test_a_service_name_that_cannot_be_one_is_named(assert_refused, name, shown):
    assert_refused([name], shown, [NAMES])
    assert_refused(["good", name], shown, [NAMES])
    if name:
        text = name if isinstance(name, str) else "\udcff"
        assert_refused([], shown, [NAMES, "HEARTBEAT_SERVICE"], HEARTBEAT_SERVICE=text)


@pytest.mark.parametrize(
    "url, wrong",
    [
        ("http://secret", "redis://"),
        ("secret", "redis://HOST:PORT"),
        ("redis://:secret@host:99999", "65535"),
        ("redis://:secret@host:port", "65535"),
        ("redis://:secret@host/-1", "database"),
        ("redis://:secret@host/0?db=x", "database"),
        ("redis://:sec/ret@host", "%2F"),
        ("unix://", "unix:///PATH"),
        ("redis://[::1", "[IPV6]"),
        ("redis://host name", "%20"),
        ("redis://host\x1b", "control character"),
    ],
)
def test_a_bad_url_is_named_by_what_is_wrong_with_it_and_never_shown(assert_refused, url, wrong):
    assert_refused(["ingestion"], "HEARTBEAT_REDIS_URL", [wrong], redis_url=url)
    assert_refused(["ingestion"], "REDIS_URL", [wrong], redis_url=None, REDIS_URL=url)
    assert_refused(["ingestion", "--redis", url], "--redis", [wrong])


def test_an_empty_url_is_named(assert_refused):
    assert_refused(["ingestion", "--redis", ""], "--redis", ["redis://HOST:PORT"])


def test_a_file_of_a_secret_that_is_not_there_is_named(assert_refused):
    url = {"redis_url": None, "HEARTBEAT_REDIS_URL_FILE": "/nowhere"}
    assert_refused(["ingestion"], "/nowhere", ["HEARTBEAT_REDIS_URL_FILE"], **url)
    password = {"REDIS_PASSWORD_FILE": "/nowhere"}
    assert_refused(["ingestion"], "/nowhere", ["REDIS_PASSWORD"], **password)


DURATION_VARIABLES = {
    "--timeout": "HEALTHPROBE_TIMEOUT",
    "--max-age": "HEALTHPROBE_MAX_AGE",
    "--ttl": "HEARTBEAT_TTL",
}


@pytest.mark.parametrize("option", DURATION_VARIABLES)
@pytest.mark.parametrize(
    "value", ["soon", "5 s", "-1s", "1e3", "1.s", "5d", "9" * 20, "0.0001ms"]
)
def test_a_duration_that_is_none_is_named_with_those_accepted(assert_refused, option, value):
    variable = DURATION_VARIABLES[option]
    assert_refused(["ingestion", f"{option}={value}"], f"'{value}'", [option, *DURATIONS])
    assert_refused(["ingestion"], f"'{value}'", [variable, *DURATIONS], **{variable: value})


@pytest.mark.parametrize("option", DURATION_VARIABLES)
@pytest.mark.parametrize("value", ["0", "0ms", "87600h"])
def test_a_duration_out_of_range_is_named_with_its_limits(assert_refused, option, value):
    assert_refused(["ingestion", f"{option}={value}"], f"'{value}'", [option, "at most"])


@pytest.mark.parametrize("option", DURATION_VARIABLES)
def test_an_empty_duration_is_named(assert_refused, option):
    assert_refused(["ingestion", f"{option}="], "''", [option, *DURATIONS])


@pytest.mark.parametrize(
    "value, wrong",
    [
        ("error_count", "FIELD OP VALUE"),
        ("", "FIELD OP VALUE"),
        ("< 5", "names no field"),
        ("error_count <", "no value"),
        ("error_count < many", "needs a number"),
        ("error_count ~ 5", "FIELD OP VALUE"),
        ("zone == two words", "two words"),
        ("a\x1b", "\\x1b"),
    ],
)
def test_an_expect_that_cannot_be_read_is_named(assert_refused, value, wrong):
    assert_refused(["ingestion", "--expect", value], "--expect", [wrong])
    if value:
        assert_refused(["ingestion"], "HEALTHPROBE_EXPECT", [wrong], HEALTHPROBE_EXPECT=value)


@pytest.mark.parametrize("value", ["maybe", "2", "TRUE ", "\x1b"])
def test_a_choice_or_a_truth_that_is_none_is_named_with_those_that_are(assert_refused, value):
    shown = value.replace("\x1b", "\\x1b")
    for variable in ("OWN", "DEGRADED_OK", "STARTING_OK", "QUIET"):
        name = f"HEALTHPROBE_{variable}"
        assert_refused(["ingestion"], f"'{shown}'", [name, "true", "off"], **{name: value})
    assert_refused(["ingestion", "-o", value], f"'{shown}'", ["text", "json"])
    assert_refused(["ingestion", "--on-redis-error", value], f"'{shown}'", ["fail", "pass"])


def test_a_choice_in_a_variable_that_is_none_is_named(assert_refused):
    name = "HEALTHPROBE_ON_REDIS_ERROR"
    assert_refused(["ingestion"], "'ignore'", [name, "fail", "pass"], **{name: "ignore"})


@pytest.mark.parametrize(
    "tolerance", [["--on-redis-error", "pass"], ["--quiet"], ["--output", "json"]]
)
@pytest.mark.parametrize(
    "arguments", [["bad name"], ["good", "--timeout", "soon"], ["good", "--nope"]]
)
def test_a_mistake_fails_even_where_redis_trouble_passes(probe, arguments, tolerance):
    assert probe(*arguments, *tolerance).exit == 1


def test_a_bad_url_fails_even_where_redis_trouble_passes(probe):
    found = probe("ingestion", "--on-redis-error", "pass", redis_url="http://host")
    assert found.exit == 1


# --- Help and output ------------------------------------------------------------


def test_help_and_version_go_to_stdout(probe):
    found = probe("--help", redis_url=None)
    assert (found.exit, found.stderr) == (0, "")
    options = "redis prefix timeout max-age ttl expect own degraded-ok starting-ok"
    for option in (options + " on-redis-error output quiet explain").split():
        assert f"--{option}" in found.stdout
    for variable in ("HEARTBEAT_SERVICE", "HEARTBEAT_REDIS_URL", "HEALTHPROBE_TIMEOUT"):
        assert variable in found.stdout
    version = probe("--version", redis_url=None).stdout
    assert re.fullmatch(
        r"healthprobe \d+\.\d+\.\d+\n"
        r"commit ([0-9a-f]{12}|unknown)\n"
        r"TLS: (none|OpenSSL [0-9.]+ .*)\n"
        r"libraries: hiredis [0-9.]+, fmt [0-9.]+, nlohmann-json [0-9.]+, CLI11 [0-9.]+, glibc [0-9.]+\n",
        version,
    )


@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quiet_prints_nothing(probe, option):
    found = probe("ingestion", option)
    assert (found.exit, found.stdout, found.stderr) == (1, "", "")


def test_json_is_one_object_a_line(probe):
    found = probe("ingestion", "worker-1", "-o", "json")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [line["service"] for line in lines] == ["ingestion", "worker-1"]
    for line in lines:
        told = (line["verdict"], line["reason"], line["exit"])
        assert told == ("unknown", "unreachable", 1)


def test_explain_follows_the_verdict_and_keeps_out_of_the_way_of_programs(probe):
    found = probe("ingestion", "--explain", REDIS_PASSWORD="hunter2", HEALTHPROBE_TIMEOUT=None)
    verdict, *explanation = found.stdout.splitlines()
    assert verdict.startswith("ingestion unknown [unreachable]: "), found
    assert (explanation[0], found.stderr) == ("settings", "")
    assert re.search(r"password +\*\*\* +REDIS_PASSWORD\n", found.stdout)
    assert re.search(r"timeout +2s +default\n", found.stdout)
    assert re.search(r"ms  connect to \S+: Connection refused \(took ", found.stdout)
    aside = probe("ingestion", "--explain", "-o", "json", REDIS_PASSWORD="hunter2")
    assert json.loads(aside.stdout)["reason"] == "unreachable"
    assert "settings\n" in aside.stderr
    assert "hunter2" not in found.stdout + aside.stdout + aside.stderr
