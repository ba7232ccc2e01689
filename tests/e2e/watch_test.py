"""healthprobe --watch: a board on a terminal, and a log where there is none."""

import json
import os
import re
import select
import signal
import subprocess
import time

import pytest

from harness.probe import PATIENT
from harness.process import binary, clean_environment, finish, spawn
from harness.terminal import ALTERNATE, CURSOR, Terminal, cpu_seconds, is_stopped, pause
from harness.waiting import wait_until

ROSTER = "health::services"
AT_ONCE = 60  # seconds that a busy machine may take for it
COLOUR = b"\x1b[3"
TIME = r"\d\d:\d\d:\d\dZ"


class Watch:
    def __init__(self, redis, client, cleanup):
        self.redis, self.client, self.cleanup = redis, client, cleanup
        self.board = None

    def put(self, name, status="healthy", **fields):
        document = {"status": status, "ttl_ms": 60_000, "interval_ms": 60_000, **fields}
        self.client.setex(f"health:{name}", 60, json.dumps(document))
        self.client.zadd(ROSTER, {name: time.time()})

    def environment(self, **variables):
        return clean_environment(
            **{"HEARTBEAT_REDIS_URL": self.redis.url, "TERM": "xterm", **PATIENT, **variables}
        )

    def start(self, *arguments, terminal=None, **variables):
        """On a terminal."""
        self.board = Terminal(
            [binary("healthprobe"), "--watch", *arguments],
            self.environment(**variables),
            **(terminal or {}),
        )
        self.cleanup.callback(self.board.close)
        return self.board

    def log(self, *arguments, stdout=subprocess.PIPE, **variables):
        process = spawn(
            [binary("healthprobe"), "--watch", *arguments],
            env=self.environment(**variables),
            stdout=stdout,
        )
        self.cleanup.callback(finish, process)
        if process.stdout:
            self.cleanup.callback(process.stdout.close)
        return process

    def line(self, service):
        """What the board says of it, without what is left of it on the screen."""
        for line in self.board.lines[1:]:
            if f" {service} " in line:
                return line
        return ""

    def wait_for(self, pattern, what=None):
        """Until a line of the board matches."""
        wait_until(lambda: self.matches(pattern), AT_ONCE, what or f"{pattern} is shown")

    def matches(self, pattern):
        return any(re.search(pattern, line) for line in self.board.lines)

    def assert_ended(self, how):
        assert self.board.wait() == 0, how
        wait_until(self.board.is_restored, AT_ONCE, f"the terminal is as it was, {how}")


@pytest.fixture
def watch(redis, client, cleanup, evidence):
    one = Watch(redis, client, cleanup)
    evidence.append(("the board", lambda: "\n".join(one.board.lines) if one.board else "none"))
    return one


def read_until(process, pattern):
    """The lines up to one that matches."""
    lines = []
    while not lines or pattern not in lines[-1]:
        line = process.stdout.readline().decode()
        assert line, f"it ended before {pattern}: {lines}"
        assert "\x1b" not in line
        assert re.search(r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line)
        lines.append(line)
    return [line.split(" ", 1)[1].rstrip("\n") for line in lines]


def test_the_board_shows_every_service_worst_first_and_each_change_at_once(client, watch):
    watch.put("a")
    watch.put("b", "degraded", reason="half\x1b[2J of it")
    client.zadd(ROSTER, {"gone": time.time() - 90})
    watch.start()
    watch.wait_for(r"^healthy +a ")
    expected = (
        rf"^{TIME}  1 unhealthy, 1 degraded, 1 healthy  health:\* at ",
        r"^unhealthy  gone  \[missing\]   >\d+s  -",
        r"^degraded   b     \[degraded\]  >\d+s  \d+s/60s  half\\x1b\[2J of it$",
        r"^healthy    a     \[healthy\]   >\d+s  \d+s/60s  last beat",
    )
    # The cause of `gone` has lines of its own.
    shown = watch.board.lines
    lines = [line for line in shown if not line.startswith("  ")]
    assert shown[2].startswith("  no key health:gone")
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected):
        assert re.search(pattern, line)
    watch.wait_for(r"a +\[healthy\] +>([2-9]|\d\d)s +\d+s/60s", "times tick")
    watch.put("a", "unhealthy")
    watch.wait_for(r"^unhealthy  a     \[unhealthy\]  \d+s ")
    assert watch.board.screen.unknown == []
    assert COLOUR in watch.board.written
    watch.board.type("q")
    watch.assert_ended("by q")


def test_keys_lead_from_the_services_to_the_checks_of_one_and_back(watch):
    check = {"severity": "critical", "kind": "flag", "comparison": "==", "limit": True}
    watch.put("a", checks={"ticks": {**check, "state": "pass", "value": True}})
    watch.put("b", "unhealthy", checks={"socket": {**check, "state": "fail", "value": False}})
    watch.start()
    watch.wait_for(r"^healthy +a ")
    watch.board.type("?")
    watch.wait_for("page up, page down")
    watch.board.type("x/a")
    watch.wait_for(r"^/a_  1 of 2 services")
    watch.board.type("\r\x1b[B\r")
    watch.wait_for(r"^pass +critical  ticks +true +true ")
    watch.board.type("\x1b")
    watch.wait_for(r"^/a  1 of 2 services")
    watch.board.type("\x1b")
    watch.wait_for(r"^unhealthy  b ")
    watch.board.type("\x1b[A\r")
    watch.wait_for(r"^fail +critical  socket +false +true ")
    assert watch.board.screen.unknown == []
    watch.put("b", checks={"socket": {**check, "state": "pass", "value": True}})
    watch.wait_for(r"^pass +critical  socket +true +true ", "the checks are read again")
    watch.board.type("q")
    watch.assert_ended("by q")


def test_the_services_that_are_named_are_watched_with_all_demands(client, watch):
    watch.put("a", error_count=7)
    watch.put("b")
    watch.put("worker:1")
    client.zadd(ROSTER, {"worker:2": time.time()})
    watch.start("a", "worker", "--min-healthy", "1", "--expect", "error_count < 5")
    watch.wait_for(r"^unhealthy  worker  \[expect\]")
    assert "[expect]" in watch.line("a")
    assert watch.line("b") == ""
    watch.board.type("q")
    watch.assert_ended("by q")
    watch.start(HEARTBEAT_SERVICE="b")
    watch.wait_for(r"^healthy  b ")
    assert len(watch.board.lines) == 2


def test_the_board_is_drawn_anew_in_the_size_that_the_terminal_gets(watch):
    for i in range(9):
        watch.put(f"service-{i}")
    watch.start()
    watch.wait_for("service-8")
    watch.board.resize(40, 5)
    watch.wait_for(r"^\.\.\. and 6 more healthy$")
    assert len(watch.board.lines) == 5
    assert all(len(line) < 40 for line in watch.board.lines), watch.board.lines
    watch.board.resize(120, 30)
    watch.wait_for("service-8")
    assert max(map(len, watch.board.lines)) > 60


@pytest.mark.parametrize("how", ["q", "\x03", "\x1c", signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_end_leaves_the_terminal_as_it_was_with_exit_status_0(watch, how):
    watch.put("a")
    board = watch.start()
    watch.wait_for(" a ")
    assert board.screen.has(ALTERNATE)
    assert not board.screen.has(CURSOR)
    assert board.attributes_now() != board.attributes
    if isinstance(how, str):
        board.type(how)
    else:
        board.process.send_signal(how)
    watch.assert_ended(f"by {how!r}")


def test_a_stop_gives_the_terminal_back_and_going_on_takes_it_again(watch):
    watch.put("a")
    board = watch.start(terminal={"is_session": False})
    watch.wait_for(" a ")
    board.process.send_signal(signal.SIGTSTP)
    wait_until(lambda: is_stopped(board.process.pid), AT_ONCE, "it stops")
    wait_until(board.is_restored, AT_ONCE, "the terminal is as it was")
    watch.put("a", "degraded")
    board.process.send_signal(signal.SIGCONT)
    wait_until(lambda: board.screen.has(ALTERNATE), AT_ONCE, "it takes the terminal")
    watch.wait_for(r"^degraded +a ")
    assert board.attributes_now() != board.attributes
    board.type("q")
    watch.assert_ended("by q")


def test_where_no_shell_could_continue_it_a_stop_does_not_stop_it(watch):
    watch.put("a")
    board = watch.start()
    watch.wait_for(" a ")
    board.type("\x1a")
    watch.put("a", "degraded")
    watch.wait_for(r"^degraded +a ")
    assert board.screen.has(ALTERNATE)
    board.type("q")
    watch.assert_ended("by q")


@pytest.mark.slow(5)
@pytest.mark.own_redis
def test_a_redis_that_is_gone_leaves_the_last_lines_marked(redis, watch):
    watch.put("a")
    watch.start()
    watch.wait_for(r"^healthy +a ")
    redis.stop()
    watch.wait_for(r"^\? healthy +a ")
    assert re.search(rf"^{TIME}  \[unreachable\] for \d+s  1 healthy  ", watch.board.lines[0])
    watch.wait_for(r"\[unreachable\] for [2-9]s", "the time ticks")
    redis.start()
    watch.wait_for(r"^unhealthy  a  \[missing\]")
    watch.put("a")
    watch.wait_for(r"^healthy  a ")
    assert "unreachable" not in watch.board.lines[0]


@pytest.mark.slow(5)
@pytest.mark.own_redis
def test_a_name_that_an_emptied_redis_has_lost_is_remembered_and_one_taken_off_is_not(client, watch):
    for name in ("a", "b", "c"):
        watch.put(name)
    client.zadd(ROSTER, {":since": time.time() - 3600})
    watch.start()
    watch.wait_for(r"^healthy +b ")
    client.zrem(ROSTER, "c")
    wait_until(lambda: watch.line("c") == "", AT_ONCE, "c is forgotten")
    client.flushall()
    client.zadd(ROSTER, {":since": time.time()})
    watch.put("a", "degraded")
    watch.wait_for(r"^degraded +a ")
    assert re.search(r"^unhealthy +b +\[missing\]", watch.line("b")), watch.board.lines
    watch.wait_for("Redis was emptied since")
    assert watch.line("c") == ""
    watch.put("b")
    watch.wait_for(r"^healthy +b ")
    watch.board.type("q")
    watch.assert_ended("by q")


@pytest.mark.own_redis
def test_a_redis_that_hangs_delays_neither_the_clock_nor_a_key(cleanup, redis, watch):
    watch.put("a")
    watch.start("-t", "300s")
    watch.wait_for(" a ")
    redis.freeze()
    cleanup.callback(redis.thaw)
    pause(1.5)
    before = watch.board.lines[0]
    wait_until(lambda: watch.board.lines[0] != before, AT_ONCE, "the clock goes on")
    watch.board.resize(40, 5)
    wait_until(lambda: all(len(line) < 40 for line in watch.board.lines), AT_ONCE, "it shrinks")
    watch.board.type("q")
    watch.assert_ended("by q")


@pytest.mark.own_redis
def test_a_password_that_was_changed_in_its_file_is_read_anew(client, tmp_path, watch):
    watch.put("a")
    path = os.path.join(tmp_path, "password")
    with open(path, "w") as file:
        file.write("old")
    client.config_set("requirepass", "old")
    watch.start(REDIS_PASSWORD_FILE=path)
    watch.wait_for(r"^healthy +a ")
    client.config_set("requirepass", "new")
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    watch.wait_for(r"\[auth\]")
    with open(path, "w") as file:
        file.write("new")
    watch.wait_for(r"^healthy +a ")
    assert b"new" not in watch.board.written


@pytest.mark.parametrize("value, coloured", [("1", False), ("0", False), ("", True)])
def test_no_color_leaves_the_board_without_colours_unless_it_is_empty(watch, value, coloured):
    watch.put("a", "unhealthy")
    watch.start(NO_COLOR=value)
    watch.wait_for(" a ")
    assert (COLOUR in watch.board.written) == coloured, value
    watch.board.type("q")
    watch.assert_ended("by q")


def test_without_keys_it_watches_on_and_does_not_turn_in_circles(watch):
    watch.put("a")
    board = watch.start(terminal={"stdin": subprocess.DEVNULL})
    watch.wait_for(" a ")
    before = cpu_seconds(board.process.pid)
    pause(2)
    assert cpu_seconds(board.process.pid) - before < 1
    board.type("q")
    watch.put("a", "degraded")
    watch.wait_for(r"^degraded +a ")
    board.type("\x03")
    watch.assert_ended("by Ctrl-C")


def test_what_a_pipe_says_is_no_key(watch):
    watch.put("a")
    reading, writing = os.pipe()
    os.write(writing, b"q")
    board = watch.start(terminal={"stdin": reading})
    os.close(reading)
    os.close(writing)
    watch.wait_for(" a ")
    watch.put("a", "degraded")
    watch.wait_for(r"^degraded +a ")
    board.type("\x03")
    watch.assert_ended("by Ctrl-C")


@pytest.mark.parametrize("is_session", [True, False])
def test_a_terminal_that_is_gone_ends_it(watch, is_session):
    watch.put("a")
    board = watch.start(terminal={"is_session": is_session})
    watch.wait_for(" a ")
    board.hang_up()
    assert board.wait() == 0


def test_what_is_hardly_a_terminal_gets_whole_boards_too(watch):
    for i in range(3):
        watch.put(f"service-{i}")
    watch.start(terminal={"columns": 1, "rows": 1})
    wait_until(lambda: watch.board.screen.has(ALTERNATE), AT_ONCE, "it is drawn")
    watch.board.resize(0, 0)
    watch.wait_for("service-2")  # as on one that does not tell its size
    watch.board.type("q")
    watch.assert_ended("by q")


@pytest.mark.slow(6)
@pytest.mark.own_redis
def test_a_pipe_gets_the_states_at_first_then_the_changes(client, redis, watch):
    watch.put("a")
    watch.put("b", "degraded", reason="half")
    process = watch.log()
    first = read_until(process, "a healthy")
    assert re.search(r"^1 degraded, 1 healthy; health:\* at ", first[0])
    assert first[1] == "b degraded [degraded]: half"
    assert len(first) == 3
    watch.put("a")  # a beat is no news
    pause(2.2)
    watch.put("b")
    changed = read_until(process, "b healthy")
    assert len(changed) == 1
    assert re.search(r"^b healthy \[healthy\]: .* \(was degraded for >?[\d.]+m?s\)$", changed[0])
    client.zrem(ROSTER, "a")
    assert read_until(process, "is gone")[-1].startswith("a is gone (was healthy for ")
    redis.stop()
    gone = read_until(process, "unreachable")
    assert len(gone) == 1
    assert gone[0].startswith("Redis is lost [unreachable]: "), gone
    redis.start()
    assert read_until(process, "answers again")
    read_until(process, "b unhealthy [missing]")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def test_with_json_each_change_is_an_object_also_on_a_terminal(watch):
    watch.put("a")
    board = watch.start("-o", "json")
    watch.wait_for('"event":"started"')
    watch.wait_for('"event":"verdict","service":"a","verdict":"healthy","from":null')
    watch.put("a", "degraded")
    watch.wait_for('"service":"a","verdict":"degraded","from":"healthy","to":"degraded"')
    assert b"\x1b" not in board.written
    board.type("\x03")
    assert board.wait() == 0


@pytest.mark.parametrize("name", ["dumb", None])
def test_a_dumb_terminal_gets_a_log_as_well(watch, name):
    watch.put("a")
    watch.start(TERM=name)
    watch.wait_for(r"^20\d\d-.*Z a healthy \[healthy\]: ")
    assert b"\x1b" not in watch.board.written
    assert watch.board.attributes_now() == watch.board.attributes
    watch.board.type("\x03")
    assert watch.board.wait() == 0


def test_a_log_ends_when_nobody_reads_and_fails_on_a_full_disk(watch):
    watch.put("a")
    process = watch.log()
    assert b"healthy" in process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    with open("/dev/full", "w") as full:
        assert watch.log(stdout=full).wait(60) == 1


def test_a_slow_reader_gets_all_and_a_signal_does_not_wait_for_it(client, watch):
    pipe = client.pipeline(transaction=False)
    names = [f"service-{i:04}" for i in range(200)]
    for name in names:
        pipe.setex(f"health:{name}", 60, json.dumps({"status": "unhealthy", "reason": "x" * 900}))
    pipe.execute()
    client.zadd(ROSTER, {name: time.time() for name in names})
    process = watch.log("-t", "20s")
    pause(2)
    lines = read_until(process, "service-0199")
    assert len(lines) == 201
    stuck = watch.log("-t", "20s")
    assert select.select([stuck.stdout], [], [], AT_ONCE)[0]  # it writes
    pause(2)
    stuck.terminate()
    assert stuck.wait(60) == 0


@pytest.mark.slow(8)
def test_of_ten_thousand_services_the_healthy_are_counted_and_a_sick_one_is_on_top(client, watch):
    names = [f"service-{i:05}" for i in range(10_000)]
    for begin in range(0, len(names), 1000):
        pipe = client.pipeline(transaction=False)
        some = names[begin : begin + 1000]
        for name in some:
            pipe.setex(f"health:{name}", 600, json.dumps({"status": "healthy", "ttl_ms": 600_000}))
        pipe.zadd(ROSTER, {name: time.time() for name in some})
        pipe.execute()
    watch.start("-t", "60s")
    wait_until(lambda: watch.matches(r"^\.\.\. and 99\d\d more healthy"), 60, "most are counted")
    watch.put("service-07777", "degraded")
    wait_until(lambda: watch.matches(r"^degraded  service-07777 "), 60, "it is on top")
    watch.board.type("\x1b[F\r")
    wait_until(lambda: watch.matches("^no checks$"), 60, "the document of one is read")
    watch.board.type("q")
    watch.assert_ended("by q")


@pytest.mark.parametrize(
    "arguments, variables, words",
    [
        (["-o", "prometheus"], {}, "--watch cannot be combined with --output prometheus"),
        (["--write", "/tmp/x"], {}, "--watch cannot be combined with --write"),
        (["-q"], {}, "--watch cannot be combined with --quiet"),
        (["--explain"], {}, "--watch cannot be combined with --explain"),
        (["--file", "/tmp/x"], {}, "--watch cannot be combined with --file"),
        (["--instance", "1"], {}, "no service given"),
        (["--redis", "redis://h:abc"], {}, "--redis: "),
        ([], {"HEARTBEAT_REDIS_URL": "redis://h:abc"}, "HEARTBEAT_REDIS_URL"),
    ],
)
def test_what_watch_cannot_be_combined_with_is_refused_and_nothing_is_drawn(
    watch, arguments, variables, words
):
    board = watch.start(*arguments, **variables)
    assert board.wait() == 1
    watch.wait_for(words)
    assert b"\x1b" not in board.written


def test_quiet_says_nothing_of_a_refusal(probe):
    found = probe("--watch", "-q")
    assert (found.exit, found.stdout) == (1, "")
