"""healthbeat run --line: lines of output feed rules, and the output is as without it."""

import contextlib
import fcntl
import json
import os
import pty
import resource
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios

import pytest
from harness.jobs import QUICK
from harness.process import binary, clean_environment, finish, spawn
from harness.waiting import wait_until

LINES = ["--rule", "ticks within 60s critical", "--line", "ticks=TICK"]


def words(*arguments, command):
    return [binary("healthbeat"), "run", *LINES, *arguments, "job", "--", *command]


def shell(script):
    return ["sh", "-c", script]


def python(script, *arguments):
    return [sys.executable, "-c", script, *arguments]


@pytest.fixture
def environment(redis):
    return clean_environment(HEARTBEAT_REDIS_URL=redis.url, **QUICK)


@pytest.fixture
def run_job(environment):
    """run_job(OPTION..., command=WORDS): runs it to its end."""

    def run(*arguments, command, **options):
        return subprocess.run(
            words(*arguments, command=command),
            env=environment,
            timeout=30,
            **{"input": b"", "capture_output": True, **options},
        )

    return run


def state(document, check):
    return document("job").get("checks", {}).get(check, {}).get("state")


# --- Events ----------------------------------------------------------------------


def test_lines_of_both_streams_feed_rules(start_watched, document, probe):
    job = start_watched(
        *LINES,
        *("--rule", "errors count 5m == 0 critical"),
        *("--line", "errors=/ERROR .*timeout/"),
        command=shell("echo TICK 1; echo TICK 2 >&2; echo ERROR none; read x; echo ERROR in a timeout; cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: document("job").get("processed_count") == 2, 15, "both are counted")
    assert probe("job").found == (0, "healthy", "healthy")
    job.stdin.write(b"\n")
    job.stdin.flush()
    wait_until(lambda: state(document, "errors") == "fail", 15, "the error is counted")
    assert (document("job")["processed_count"], document("job")["error_count"]) == (2, 1)
    for stream in (job.stdin, job.stdout, job.stderr):
        stream.close()


def test_a_program_whose_output_stops_is_unhealthy(start_watched, wait_for_status):
    start_watched(
        *("--rule", "ticks within 1s critical", "--line", "ticks=TICK"),
        command=shell("echo TICK; echo TOCK; sleep 60"),
    )
    wait_for_status("job", "healthy")
    wait_for_status("job", "unhealthy")


def test_every_line_counts_once(run_job, document):
    program = "for i in range(50_000): print(f'TICK {i}', 'x' * (i % 90), flush=i % 3 == 0)"
    done = run_job(command=python(program))
    assert done.stdout == b"".join(b"TICK %d %s\n" % (i, b"x" * (i % 90)) for i in range(50_000))
    assert document("job")["processed_count"] == 50_000


def test_lines_come_from_the_file_of_rules_too(start_watched, document, tmp_path):
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": ["a within 60s critical"], "lines": ["a=/^T.CK$/"]}))
    start_watched("--rules", file, "--line", "a=TACK", command=shell("echo TOCK; echo TACK; sleep 60"))
    wait_until(lambda: document("job").get("processed_count") == 2, 15, "both are counted")


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (
            ["--line", "tikcs=TICK"],
            "healthbeat: line 'tikcs=TICK' is wrong at character 1: no rule has the source 'tikcs' "
            "(accepted: ticks)",
        ),
        (
            ["--line", "ticks=/TICK (/"],
            "--line 'ticks=/TICK (/' is wrong at character 8: the pattern is refused: missing ): TICK (",
        ),
        (["--line", "ticks"], "--line 'ticks' is wrong at character 6: no = ends the name of the source"),
        (["--rules", "{file}"], "--rules '{file}': line 'a=/(/' is wrong at character 4: the pattern"),
    ],
)
def test_a_line_that_cannot_be_used_keeps_the_command_from_running(run_job, tmp_path, arguments, complaint):
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"lines": ["a=/(/"]}))
    done = run_job(*(word.format(file=file) for word in arguments), command=["echo", "ran"])
    assert (done.returncode, done.stdout) == (125, b"")
    assert complaint.format(file=file) in done.stderr.decode()


# --- As without it -----------------------------------------------------------------


def outcome(script, environment):
    return subprocess.run(
        ["bash", "-c", script],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "script",
    [
        "set -o pipefail; $run sh -c 'echo out; exit 3' | cat; echo $?",
        "echo in | $run cat | $run wc -c",
        "seq 100000 | $run head -1; echo ${PIPESTATUS[@]}",
        "$run yes | head -1; echo ${PIPESTATUS[@]}",
        'x=$($run sh -c "echo out; echo err >&2; exit 4" 2>&1); echo $? "$x"',
        "$run sh -c 'ls -l /proc/self/fd | wc -l'",
        "$run sh -c 'ls /proc/self/fd; echo err >&2' <&- >&- 2>&-; echo $?",
        "$run sh -c 'kill -9 $$'; echo $?",
        "$run nowhere; echo $?",
        "$run sh -c '(sleep 0.3; echo late; echo late >&2) & echo early'",
        "$run sh -c 'sleep 0.1; echo late' & wait $!; echo $?",
        "$run echo text >/dev/full; echo $?",
    ],
)
def test_in_a_script_it_changes_nothing(environment, tmp_path, script):
    rules = tmp_path / "rules"  # words without blanks, as the scripts want them
    rules.write_text(json.dumps({"rules": [LINES[1]], "lines": [LINES[3]]}))
    run = shlex.join([binary("healthbeat"), "run", "--rules", str(rules), "job", "--"])
    alone = outcome(f"run=; {script}", environment)
    watched = outcome(f"run='{run}'; {script}", environment)
    assert (watched.returncode, watched.stdout) == (alone.returncode, alone.stdout)


def test_binary_output_passes_unchanged(run_job):
    data = os.urandom(3_000_000)
    assert run_job(command=["cat"], input=data).stdout == data
    done = run_job(command=shell("tee /dev/stderr"), input=data)
    assert (done.stdout, done.stderr == data) == (data, True)
    done = run_job("--line", "ticks=/x.*y/", command=["cat"], input=b"x" * 10_000_000)
    assert done.stdout == b"x" * 10_000_000


def test_two_streams_to_one_pipe_keep_their_order(environment):
    script = "i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done"
    done = subprocess.run(
        words(command=shell(script)),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=30,
    )
    assert done.stdout.split() == [str(i).encode() for i in range(1000)]


def test_lines_of_two_commands_to_one_pipe_stay_whole(environment):
    count = "i=0; while [ $i -lt 3000 ]; do echo %s $i %s; i=$((i+1)); done"
    jobs = [words(command=shell(count % (letter * 40, letter * 40))) for letter in "ab"]
    line = " & ".join(shlex.join(job) for job in jobs) + "; wait"
    done = subprocess.run(["bash", "-c", line], env=environment, stdout=subprocess.PIPE, timeout=30)
    seen = {"a" * 40: 0, "b" * 40: 0}
    for written in done.stdout.decode().splitlines():
        begin, number, end = written.split(" ")
        assert begin == end and int(number) == seen[begin], written
        seen[begin] += 1
    assert set(seen.values()) == {3000}


def test_text_without_a_line_end_arrives_at_once(start_watched):
    job = start_watched(
        *LINES,
        command=shell("printf 'name? '; read name; echo hello $name"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert job.stdout.read(6) == b"name? "
    assert job.communicate(b"you\n", timeout=15)[0] == b"hello you\n"


WRITER = """
import os, select, sys
os.set_blocking(1, False)
written = 0
while select.select([], [1], [], 2)[1]:
    try:
        written += os.write(1, b"x" * 1000)
    except BlockingIOError:
        pass
print(written, file=sys.stderr, flush=True)
"""


def test_when_nobody_reads_the_command_is_blocked(start_watched):
    job = start_watched(
        *LINES, command=python(WRITER), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    written = int(job.stderr.readline())
    assert written < 300_000
    assert job.stdout.read() == b"x" * written
    job.stdout.close()
    job.stderr.close()


def test_what_the_command_wrote_before_its_end_arrives_however_slowly_it_is_read(
    start_watched, probe, cleanup
):
    """With the result written meanwhile."""
    read, write = os.pipe()
    cleanup.callback(os.close, read)
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    job = start_watched(*LINES, command=python("print('x' * 60_000)"), stdout=write)
    os.close(write)
    wait_until(lambda: probe("job").text.startswith("exit status 0"), 15, "the result is there")
    assert job.poll() is None
    arrived = b""
    while piece := os.read(read, 1000):
        arrived += piece
    assert arrived == b"x" * 60_000 + b"\n"
    assert job.wait(15) == 0


def test_whoever_waits_for_the_end_of_its_streams_does_not_wait_for_redis(cleanup):
    job = spawn(
        words("--linger", "60s", command=shell("echo out; echo err >&2")),
        env=clean_environment(HEARTBEAT_REDIS_URL="redis://127.0.0.1:1"),
        stdout=subprocess.PIPE,
    )
    cleanup.callback(finish, job)
    assert job.stdout.read() == b"out\n"
    assert job.poll() is None
    job.stdout.close()


def test_what_the_command_writes_after_our_kill_arrives(start_watched):
    script = "echo one; read x; i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done"
    job = start_watched(
        *LINES, command=shell(script), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert job.stdout.readline() == b"one\n"
    job.kill()
    job.wait(15)
    job.stdin.write(b"\n")
    job.stdin.close()
    assert job.stdout.read().split() == [str(i).encode() for i in range(20000)]
    job.stdout.close()


# --- Files and other devices ---------------------------------------------------------


def test_a_file_is_followed(start_watched, document, tmp_path):
    log = tmp_path / "log"
    log.write_text("TICK before\n")
    with open(log, "ab") as file:
        job = start_watched(
            *LINES,
            command=shell("echo TICK 1; echo TICK 2 >&2; cat; echo TICK 4; printf TICK; sleep 60"),
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
        )
    wait_until(lambda: document("job").get("processed_count") == 2, 15, "both are counted")
    os.truncate(log, 0)  # as logrotate does
    job.stdin.write(b"TICK 3\n")
    job.stdin.close()
    wait_until(lambda: document("job").get("processed_count") == 4, 15, "all are counted")
    assert log.read_text() == "TICK 3\nTICK 4\nTICK"


def test_a_file_counts_to_the_end_of_the_command(environment, document, tmp_path):
    with open(tmp_path / "log", "wb") as file:
        command = words(command=shell("seq -f 'TICK %g' 100000; printf TICK; exit 5"))
        assert subprocess.run(command, env=environment, stdout=file, timeout=30).returncode == 5
    assert document("job")["processed_count"] == 100_001
    assert (tmp_path / "log").read_bytes().endswith(b"TICK 100000\nTICK")


def test_a_full_disk_is_that_of_the_command(environment, tmp_path):
    """A limit of the file's size stands for it."""
    command = python("import sys; sys.stdout.write('x' * 100_000)")
    outcomes = []
    for line in (words(command=command), command):
        with open(tmp_path / "full", "wb") as file:
            done = subprocess.run(
                line,
                env=environment,
                stdout=file,
                stderr=subprocess.PIPE,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
                timeout=30,
            )
        outcomes.append((done.returncode, done.stderr, (tmp_path / "full").stat().st_size))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][2] == 50_000


def test_it_says_which_lines_it_cannot_see(environment):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            words(command=["true"]), env=environment, stdout=full, stderr=subprocess.PIPE, timeout=30
        )
    assert done.stderr.startswith(b"healthbeat: lines of standard output are not seen: it is a device")


# --- A terminal ------------------------------------------------------------------------


class OnTerminal:
    """A command under healthbeat on a terminal of its own."""

    def __init__(self, command, environment):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        self.seen = b""

    def expect(self, text):
        while text not in self.seen:
            assert select.select([self.terminal], [], [], 15)[0], self.seen
            self.seen += os.read(self.terminal, 1000)
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        os.write(self.terminal, text)

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def read_to_the_end(self):
        """Its exit status."""
        ended = (0, 0)
        while ended[0] == 0:
            with contextlib.suppress(OSError):  # the last process has closed it
                if select.select([self.terminal], [], [], 0.1)[0]:
                    os.read(self.terminal, 65536)
            ended = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(ended[1])

    def wait(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def on_terminal(environment, cleanup):
    def start(command):
        started = OnTerminal(words(command=command), environment)
        cleanup.callback(started.end)
        return started

    return start


def test_a_terminal_stays_one_for_the_command(on_terminal, document):
    script = "test -t 0 && test -t 1 && test -t 2 && echo TI''CK && printf 'name? ' >&2; read x; exit 7"
    job = on_terminal(shell(script))
    assert job.expect(b"name? ") == b"TICK\r\n"  # the terminal itself gives lines their ends
    wait_until(lambda: document("job").get("processed_count") == 1, 15, "it is counted")
    job.type(b"you\n")
    assert job.wait() == 7


def test_what_is_written_to_a_terminal_passes_unchanged(on_terminal):
    escapes = "\\033[1mbold\\033[0m\\ttab\\ttab\\n"
    count = "i=0; while [ $i -lt 2000 ]; do echo $i; echo error $i >&2; i=$((i+1)); done"
    job = on_terminal(shell(f"printf '{escapes}'; {count}; echo the end"))
    text = job.expect(b"the end\r\n")
    expected = b"\x1b[1mbold\x1b[0m\ttab\ttab\r\n"
    expected += b"".join(b"%d\r\nerror %d\r\n" % (i, i) for i in range(2000))
    assert text == expected


SIZES = """
import os, signal
def tell(*_):
    os.write(1, b"%d %d\\n" % os.get_terminal_size(1))
signal.signal(signal.SIGWINCH, tell)
tell()
while True:
    signal.pause()
"""


def test_the_command_knows_the_size_of_the_terminal(on_terminal):
    script = "read x; exec \"$@\""
    job = on_terminal(["sh", "-c", script, "sh", *python(SIZES)])
    job.resize(100, 30)
    job.type(b"\n")
    job.expect(b"100 30\r\n")
    job.resize(90, 20)
    job.expect(b"90 20\r\n")


def test_keys_of_the_terminal_are_signals(on_terminal):
    # No shell: a shell that gets ^C just before it starts a command waits for that command.
    job = on_terminal(python("import time; print('on', flush=True); time.sleep(60)"))
    job.expect(b"on\r\n")
    job.type(b"\x03")
    assert job.wait() == -signal.SIGINT


def test_a_terminal_that_takes_nothing_blocks_the_command_and_not_us(on_terminal, document):
    job = on_terminal(shell("echo o''n; read x; yes TICK"))
    job.expect(b"on\r\n")
    job.type(b"\n")
    wait_until(lambda: document("job").get("processed_count", 0) > 100, 15, "it begins to write")
    job.type(b"\x13")  # ^S

    def is_blocked():
        before = document("job")
        wait_until(lambda: document("job")["sequence"] > before["sequence"] + 1, 15, "it beats")
        return document("job")["processed_count"] == before["processed_count"]

    wait_until(is_blocked, 15, "the command waits")
    before = document("job")["reported"]["reason"]
    wait_until(lambda: document("job")["reported"]["reason"] != before, 15, "it says for how long it runs")
    job.type(b"\x11")  # ^Q
    for _ in range(10):
        job.expect(b"TICK\r\n" * 1000)
    job.type(b"\x03")
    assert job.read_to_the_end() == -signal.SIGINT


def test_a_hangup_of_the_terminal_ends_the_command(on_terminal, tmp_path):
    hung_up = tmp_path / "hung-up"
    job = on_terminal(shell(f"trap 'touch {hung_up}; exit' HUP; echo o''n; while :; do sleep 0.05; done"))
    job.expect(b"on\r\n")
    os.close(job.terminal)
    job.terminal = os.open("/dev/null", os.O_RDONLY)
    wait_until(hung_up.exists, 15, "the command got it")
