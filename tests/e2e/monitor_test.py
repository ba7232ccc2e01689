"""healthprobe-monitor speaks when something changed, and only then."""

import fcntl
import os
import re
import shutil
import time

import pytest

from harness.monitor import SCRIPTS
from harness.probe import PATIENT, run
from harness.process import binary, clean_environment
from harness.values import document

pytestmark = pytest.mark.any_probe


def test_the_monitor_says_what_fails_changes_and_recovers_each_once(client, monitor):
    monitor.put("ingestion", "healthy")
    for _ in range(2):
        monitor.says(0)
    monitor.put("ingestion", "unhealthy", reason="websocket_connected is false")
    (line,) = monitor.says(1, "ingestion unhealthy [unhealthy]: websocket_connected is false")
    assert "was" not in line
    monitor.says(1)
    monitor.put("ingestion", "unhealthy", reason="ticks_received 75s ago")  # of the same reason
    monitor.says(1)
    client.delete("health:ingestion")
    (line,) = monitor.says(1, "ingestion unhealthy [missing]: no key health:ingestion")
    assert re.search(r"\(was unhealthy \[unhealthy\] for \d+s\)$", line)
    monitor.put("ingestion", "degraded")
    monitor.says(1, "ingestion degraded [degraded]: ")
    monitor.put("ingestion", "healthy")
    (line,) = monitor.says(0, "ingestion healthy [healthy]: ")
    assert re.search(r"\(was degraded \[degraded\] for \d+s\)$", line)
    monitor.says(0)


def test_the_first_run_speaks_only_about_what_is_not_healthy(monitor):
    monitor.put("ingestion", "healthy")
    monitor.put("worker-1", "starting")
    of = ("ingestion", "worker-1", "worker-2")
    monitor.says(1, "worker-1 starting [", "worker-2 unhealthy [missing]", of=of)


@pytest.mark.own_redis
def test_an_outage_of_redis_is_a_change_too(monitor, redis):
    monitor.put("ingestion", "healthy")
    monitor.says(0)
    redis.stop()
    monitor.says(1, "ingestion unknown [unreachable]: ")
    monitor.says(1)


def test_the_services_come_from_arguments_a_list_or_a_variable(monitor, tmp_path):
    monitor.says(1, "a unhealthy [m", "b unhealthy [m", of=(), HEARTBEAT_SERVICES=" a, b  a")
    path = os.path.join(tmp_path, "list")
    with open(path, "w") as file:
        file.write("# ours\n\nc  # the third\n  d\na\n-e")
    lines = [f"{name} unhealthy [missing]: " for name in ("c", "d", "-e", "f", "-g")]
    monitor.says(1, *lines, of=("f", "--", "-g"), options=("--list", path))
    # What another crontab line asks about is kept.
    assert sorted(monitor.rows()) == ["-e", "-g", "a", "b", "c", "d", "f"]


def test_each_of_many_services_is_heard_though_one_answer_has_no_room(monitor):
    names = [f"service-{number}-" + "x" * 100 for number in range(40)]
    for name in names:
        monitor.put(name, "unhealthy", reason="y" * 200)
    monitor.put(names[7], "healthy")
    bad = [name for name in names if name != names[7]]
    monitor.says(1, *(f"{name} unhealthy [unhealthy]: " for name in bad), of=names)
    monitor.says(1, of=names)


def test_a_service_of_replicas_is_as_bad_as_the_worst_of_them(client, monitor):
    roster = "health::services"
    for number in "123":
        monitor.put(f"worker:{number}", "healthy")
        client.zadd(roster, {f"worker:{number}": time.time()})
    monitor.says(0, of=("worker",))
    assert monitor.rows()["worker"][:2] == ["healthy", "healthy"]
    monitor.put("worker:2", "degraded", reason="late")
    monitor.put("worker2", "unhealthy")
    monitor.says(1, "worker degraded [degraded]: worker:2: late", of=("worker",))
    monitor.says(0, of=("worker",), options=("--degraded-ok",))
    client.delete("health:worker:3")
    missing = "worker unhealthy [missing]: worker:3: no key health:worker:3"
    (line,) = monitor.says(1, missing, of=("worker",))
    assert "; 2 replicas are not healthy (was " in line
    monitor.says(1, of=("worker",), HEALTHPROBE_MIN_HEALTHY="2")
    monitor.put("worker", "healthy")  # a key of its own is the whole answer
    monitor.says(0, "worker healthy [healthy]: ", of=("worker",))


def test_replicas_that_the_probe_cannot_list_are_healthy_only_if_all_are(client, monitor):
    with client.pipeline() as pipe:
        for number in range(400):
            pipe.setex(f"health:worker:{number}", 60, document("healthy"))
        pipe.zadd("health::services", {f"worker:{number}": time.time() for number in range(400)})
        pipe.execute()
    monitor.put("a", "degraded")
    of = ("a", "worker")
    monitor.says(1, "a degraded [", of=of)
    monitor.put("worker:377", "unhealthy")
    monitor.says(1, "worker unhealthy [unhealthy]: worker:377: ", of=of)


@pytest.mark.own_redis
def test_all_asks_about_the_roster_or_about_what_is_known_without_it(client, monitor, redis):
    for name in ("a", "worker:1", "worker:2"):
        monitor.put(name, "healthy")
        client.zadd("health::services", {name: time.time()})
    client.zadd("health::services", {"gone": time.time() - 90})
    monitor.put("foreign", "degraded")
    all_of = {"of": (), "options": ("--all",)}
    monitor.says(1, "gone unhealthy [missing]", **all_of)
    assert sorted(monitor.rows()) == ["a", "gone", "worker"]
    monitor.says(1, "foreign degraded [", **all_of, HEALTHPROBE_SCAN="1")
    redis.stop()
    monitor.says(1, "* unknown [unreachable]: ", **all_of)
    monitor.says(1, **all_of)
    os.remove(monitor.state)
    found = monitor.run("--all")
    assert (found.exit, found.stdout) == (2, ""), found
    assert re.search(
        r"^healthprobe-monitor: --all: no service found: \* unknown \[unreachable\].*\n$",
        found.stderr,
    )


@pytest.mark.own_redis
def test_a_lost_redis_is_one_report_and_so_is_its_end(monitor, redis):
    names = [f"s{i}" for i in range(17)]  # more than one call of healthprobe asks for
    of = {"of": names}
    for name in names:
        monitor.put(name, "healthy")
    monitor.says(0, **of)
    monitor.put("s3", "unhealthy")
    monitor.says(1, "s3 unhealthy [unhealthy]", **of)
    redis.stop()
    (line,) = monitor.says(1, "* unknown [unreachable]: ", **of)
    assert line.endswith("; no service can be judged")
    monitor.says(1, **of)
    redis.start()
    for name in names:
        monitor.put(name, "unhealthy" if name in ("s3", "s5") else "healthy")
    said = monitor.says(1, "s5 unhealthy [", "* healthy [healthy]: Redis can be read (was unknown", **of)
    assert "(" not in said[0]  # it was healthy before
    monitor.says(1, **of)


@pytest.mark.own_redis
def test_an_unknown_verdict_is_no_flap(monitor, redis):
    for _ in range(4):
        monitor.put("ingestion", "healthy")
        monitor.run("ingestion")
        redis.stop()
        (line,) = monitor.says(1, "ingestion unknown [unreachable]")
        assert "flaps" not in line
        redis.start()


def test_a_stale_service_whose_key_expires_is_told_once(monitor, client):
    monitor.put("ingestion", "healthy", interval_ms=1000, ttl_ms=60_000)
    client.expire("health:ingestion", 25)
    monitor.says(1, "ingestion unhealthy [stale]")
    client.delete("health:ingestion")
    monitor.says(1)


def test_after_waits_for_so_many_bad_runs_in_a_row(monitor):
    options = ("--after", "3")
    for status in ("unhealthy", "degraded", "healthy", "unhealthy", "unhealthy"):
        monitor.put("ingestion", status)
        monitor.says(0 if status == "healthy" else 1, options=options)
    monitor.says(1, "ingestion unhealthy [", options=options)
    monitor.says(1, options=options)
    monitor.put("ingestion", "healthy")
    monitor.says(0, "ingestion healthy [", options=options)


def test_recovered_after_waits_for_so_many_good_runs_in_a_row(monitor):
    options = ("--recovered-after", "3")
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [", options=options)
    for status in ("healthy", "healthy", "unhealthy", "healthy", "healthy"):
        monitor.put("ingestion", status)
        monitor.says(0 if status == "healthy" else 1, options=options)
    monitor.says(0, "ingestion healthy [", options=options)
    monitor.says(0, options=options)


def flap(monitor, *said, options=()):
    """The service fails and recovers once."""
    for status in ("unhealthy", "healthy"):
        monitor.put("ingestion", status)
        monitor.says(int(status != "healthy"), *said[:1], options=options)
        said = said[1:]


FAILS, RECOVERS = "ingestion unhealthy [", "ingestion healthy ["


@pytest.mark.parametrize("end, line", [("healthy", RECOVERS), ("unhealthy", FAILS)])
def test_a_service_that_flaps_is_told_once_until_it_holds(monitor, end, line):
    for _ in range(3):
        flap(monitor, FAILS, RECOVERS)
    monitor.put("ingestion", "unhealthy")
    (told,) = monitor.says(1, FAILS)
    assert re.search(r"\(flaps: failed 4 times in [\dms]+; told next when it holds for 15m\)$", told)
    for _ in range(3):
        flap(monitor)
    monitor.put("ingestion", end)
    status = int(end != "healthy")
    monitor.says(status)
    monitor.age_state(800)
    monitor.says(status)
    monitor.age_state(101)
    monitor.says(status, line)
    monitor.says(status)
    if end == "healthy":
        flap(monitor, FAILS, RECOVERS)  # counted anew


def test_failures_within_more_than_an_hour_are_told_one_by_one(monitor):
    for _ in range(6):
        flap(monitor, FAILS, RECOVERS)
        monitor.age_state(1300)


def test_flapping_may_begin_earlier_or_never(monitor):
    for _ in range(6):
        flap(monitor, FAILS, RECOVERS, options=("--flapping", "0"))
    flap(monitor, FAILS, RECOVERS, options=("--flapping", "2"))
    flap(monitor, FAILS, options=("--flapping", "2"))
    monitor.put("ingestion", "unhealthy")
    monitor.age_state(700)
    (told,) = monitor.says(1, FAILS, options=("--flapping", "2", "--remind", "10m"))
    assert told.endswith("(still flaps)")


def test_names_that_are_nearly_the_same_are_kept_apart(monitor):
    names = ("a.b", "a-b", "a_b", "a__b", "a_db", "a_mb", "a__db", "A.b")
    monitor.says(1, *(f"{name} unhealthy [missing]" for name in names), of=names)
    monitor.put("a_db", "healthy")
    monitor.says(1, "a_db healthy [", of=names)
    assert sorted(monitor.rows()) == sorted(names)


def test_by_verdict_hears_no_new_reason(client, monitor):
    options = ("--by", "verdict")
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [unhealthy]", options=options)
    client.delete("health:ingestion")
    monitor.says(1, options=options)
    monitor.put("ingestion", "degraded")
    monitor.says(1, "ingestion degraded [", options=options)


def test_what_is_let_pass_is_no_failure_and_its_end_no_recovery(monitor):
    options = ("--degraded-ok",)
    for status in ("degraded", "healthy", "degraded"):
        monitor.put("ingestion", status)
        monitor.says(0, options=options)
        monitor.says(0, HEALTHPROBE_DEGRADED_OK="1")
    monitor.put("ingestion", "starting")
    monitor.says(1, "ingestion starting [", options=options)
    monitor.put("ingestion", "degraded")
    monitor.says(0, "ingestion degraded [", options=options)


def test_remind_says_it_again_once_each_time(monitor):
    options = ("--remind", "1h")
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [", options=options)
    monitor.age_state(3500)
    monitor.says(1, options=options)
    monitor.age_state(101)
    (line,) = monitor.says(1, "ingestion unhealthy [", options=options)
    assert line.endswith("(still not healthy after 60m)"), line
    monitor.says(1, options=options)
    monitor.age_state(3600)
    (line,) = monitor.says(1, "ingestion unhealthy [", options=options)
    assert line.endswith("(still not healthy after 2h)"), line
    # The clock was a day ahead, and is set right.
    monitor.age_state(-86400)
    monitor.says(1, options=options)
    monitor.age_state(3600)
    monitor.says(1, "ingestion unhealthy [", options=options)


WHOLE = b"healthprobe-monitor 2\ningestion unhealthy unhealthy 1 1 1 %d 0 1 1,2 0\n" % time.time()
OF_VERSION_1 = b"healthprobe-monitor 1\ningestion unhealthy unhealthy 1 1 1 %d\n" % time.time()
DAMAGED = {
    "empty": b"",
    "zeros": b"\0" * 80,
    "no text": b"\xff\xfe\n",
    "cut short": WHOLE[:30],
    "a last line without an end": WHOLE + b"x",
    "another version": WHOLE.replace(b" 2\n", b" 3\n"),
    "an octal number": WHOLE + b"worker-1 healthy healthy 08 1 0 1 1 1 0 0\n",
    "a command": WHOLE + b"a b c $(id) 1 1 1 1 1 0 0\n",
    "a number too large": WHOLE + b"a healthy healthy 1 1 999999999999999999999 1 1 1 0 0\n",
    "a list with a gap": WHOLE + b"a healthy healthy 1 1 1 1 1 1 1, 0\n",
    "an octal number in a list": WHOLE + b"a healthy healthy 1 1 1 1 1 1 1,08 0\n",
    "too few words for its version": WHOLE + b"a healthy healthy 1 1 1 1\n",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_state_file_is_put_aside_and_everything_said_anew(monitor, damage):
    monitor.put("ingestion", "unhealthy")
    monitor.state.write_bytes(DAMAGED[damage])
    found = monitor.run("ingestion")
    assert re.search(r"^ingestion unhealthy \[.*\n$", found.stdout)
    assert re.search(r"^healthprobe-monitor: .* is damaged, .*\n$", found.stderr)
    assert found.exit == 1
    assert monitor.state.with_name("monitor.state.damaged").read_bytes() == DAMAGED[damage]
    monitor.says(1)


@pytest.mark.parametrize("whole", [WHOLE, OF_VERSION_1])
def test_a_whole_state_file_is_not_put_aside(monitor, whole):
    monitor.put("ingestion", "unhealthy")
    monitor.state.write_bytes(whole)
    monitor.says(1)
    assert len(monitor.rows()["ingestion"]) == 10
    assert not monitor.state.with_name("monitor.state.damaged").exists()


@pytest.mark.parametrize("days, is_known", [(29, True), (31, False)])
def test_a_service_that_nobody_asked_about_for_a_month_is_forgotten(monitor, days, is_known):
    then = int(time.time()) - days * 86_400
    monitor.state.write_text(f"healthprobe-monitor 1\nold stale stale {then} {then} 1 {then}\n")
    monitor.put("ingestion", "healthy")
    monitor.says(0)
    assert ("old" in monitor.rows()) == is_known


def test_the_state_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(monitor, tmp_path):
    monitor.put("ingestion", "healthy")
    monitor.says(0)
    first = os.stat(monitor.state)
    monitor.says(0)
    assert first.st_ino != os.stat(monitor.state).st_ino
    assert first.st_mode & 0o777 == 0o600
    beside = sorted(name for name in os.listdir(tmp_path) if name.startswith("monitor"))
    assert beside == ["monitor.state", "monitor.state.lock"]


def test_where_there_can_be_no_state_file_the_run_fails(monitor):
    monitor.put("ingestion", "healthy")
    monitor.state = "/proc/nothing/state"
    found = monitor.run("ingestion")
    assert (found.exit, found.stdout) == (2, ""), found
    assert re.search(r"^healthprobe-monitor: cannot write /proc/nothing.*\n$", found.stderr)


@pytest.mark.slow(12)
def test_a_run_that_finds_another_at_work_leaves_silently_unless_that_one_hangs(monitor):
    monitor.put("ingestion", "unhealthy")
    with open(f"{monitor.state}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{int(time.time())}\n")
        lock.flush()
        monitor.says(0)
        lock.seek(0)
        lock.write(f"{int(time.time()) - 1200}\n")
        lock.flush()
        found = monitor.run("ingestion")
        assert (found.exit, found.stdout) == (2, ""), found
        assert re.search(r"for 20m: it hangs\n$", found.stderr)
    monitor.says(1, "ingestion ")


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--every", "0", "a"), "at least 1s"), (("--flapping", "x", "a"), "0 to 9999"),
        (("--recovered-after", "01", "a"), "'01'"),
        ((), "no service given"), (("a b",), "'a b' is not a valid name"),
        (("x" * 129,), "at most 128"), (("--frob", "a"), "unknown option '--frob'"),
        (("a", "--notify"), "--notify needs a value"), (("--after", "0", "a"), "'0'"),
        (("--remind", "1y", "a"), "'1y' is not a duration"),
        (("--by", "x", "a"), "verdict, reason"),
        (("--notify-limit", "08", "a"), "'08'"), (("--list", "/nowhere"), "'/nowhere'"),
        (("--healthprobe", "/nowhere", "a"), "'/nowhere' is not a program"),
    ],
)  # fmt: skip
def test_a_wrong_use_is_one_clear_line_and_exit_status_2(monitor, arguments, says):
    found = monitor.run(*arguments)
    assert (found.exit, found.stdout) == (2, ""), found
    assert found.stderr.startswith("healthprobe-monitor: "), found
    assert says in found.stderr
    assert found.stderr.count("\n") == 1


def test_help_goes_to_stdout(monitor):
    found = monitor.run("--help")
    assert (found.exit, found.stderr) == (0, ""), found
    assert "--notify COMMAND" in found.stdout
    assert "set -" not in found.stdout


def test_a_healthprobe_that_gives_no_verdict_is_told_as_such(monitor):
    found = monitor.says(
        1, "ingestion unknown [no-answer]: healthprobe gave no verdict (exit status 1): ",
        HEALTHPROBE_TIMEOUT="soon",
    )  # fmt: skip
    assert "HEALTHPROBE_TIMEOUT" in found[0]
    monitor.says(1, HEALTHPROBE_TIMEOUT="soon")


def test_healthprobe_is_looked_for_in_path_then_beside_the_script(monitor, redis_url, tmp_path):
    folder = os.path.join(tmp_path, "bin")
    os.mkdir(folder)
    script = shutil.copy(SCRIPTS / "healthprobe-monitor", folder)
    command = [script, "--state", monitor.state, "ingestion"]
    variables = {"HEARTBEAT_REDIS_URL": redis_url, "PATH": "/usr/bin:/bin", **PATIENT}
    found = run(command, clean_environment(**variables))
    assert (found.exit, found.stdout) == (2, ""), found
    assert f"no healthprobe in PATH or beside this script (/usr/bin:/bin:{folder})" in found.stderr
    os.symlink(binary("healthprobe"), os.path.join(folder, "healthprobe"))
    found = run(command, clean_environment(**variables))
    assert found.exit == 1, found
    assert found.stdout.startswith("ingestion unhealthy [missing]: "), found


@pytest.mark.parametrize("variable, value", [("OUTPUT", "json"), ("QUIET", "1"), ("EXPLAIN", "1")])
def test_what_the_probe_is_told_to_print_elsewhere_does_not_matter_here(monitor, variable, value):
    monitor.put("ingestion", "unhealthy")
    monitor.says(1, "ingestion unhealthy [", **{f"HEALTHPROBE_{variable}": value})
    monitor.put("ingestion", "healthy")
    monitor.says(0, "ingestion healthy [")
