"""healthbeat run: the command is as without it, and the probe says how it is and how it ended."""

import contextlib
import os
import pty
import select
import shlex
import signal
import subprocess
import time

import pytest
from harness.jobs import QUICK, QUICK_AGE_LIMIT, wait_until_noticed
from harness.process import binary, clean_environment, finish, spawn
from harness.waiting import wait_until

NOBODY = "redis://127.0.0.1:1"


def words(*arguments, command, name="job"):
    return [binary("healthbeat"), "run", *arguments, name, "--", *command]


@pytest.fixture
def run_job(redis):
    """run_job(OPTION..., command=WORDS, VARIABLE=VALUE...): runs it to its end."""

    def run(*arguments, command, url=None, **options):
        return subprocess.run(
            words(*arguments, command=command),
            env=clean_environment(HEARTBEAT_REDIS_URL=url or redis.url),
            timeout=60,
            **{"input": b"", "capture_output": True, **options},
        )

    return run


@pytest.fixture
def start_job(redis, cleanup):
    def start(*arguments, command, name="job", **options):
        environment = clean_environment(HEARTBEAT_REDIS_URL=redis.url, **QUICK)
        process = spawn(words(*arguments, command=command, name=name), env=environment, **options)
        cleanup.callback(finish, process)
        return process

    return start


def shell(script):
    return ["sh", "-c", script]


# --- As without it ------------------------------------------------------------


def outcome(script, redis_url):
    """What bash prints in the bare environment of cron, and its exit status."""
    return subprocess.run(
        ["bash", "-c", script],
        env={"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "HEARTBEAT_REDIS_URL": redis_url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
    )


def test_the_exit_status_is_that_of_the_command(redis):
    statuses = [1, 2, *range(125, 130), *range(0, 256, 17)]
    commands = [shlex.join(words(command=shell(f"exit {status}"))) for status in statuses]
    done = outcome("; ".join(f"{command}; echo $?" for command in commands), redis.url)
    assert done.stdout.split() == [b"%d" % status for status in statuses]


@pytest.mark.parametrize(
    "script",
    [
        "set -e; $run true; echo reached; $run false; echo not reached",
        "set -o pipefail; $run sh -c 'echo out; exit 3' | cat; echo $?",
        "echo in | $run cat | $run wc -c",
        "seq 100000 | $run head -1; echo ${PIPESTATUS[@]}",
        'x=$($run sh -c "echo out; echo err >&2; exit 4" 2>&1); echo $? "$x"',
        "$run true && echo and; $run false || echo or; ! $run false; echo $?",
        "$run sh -c 'umask; ulimit -n; pwd; env | grep -vE ^_=\\|^HEARTBEAT_SOCKET= | sort'",
        "$run sh -c 'ls -l /proc/self/fd | wc -l'",
        "$run sh -c 'kill -9 $$'; echo $?",
        "$run nowhere; echo $?",
        "$run sh -c 'sleep 0.1; echo late' & wait $!; echo $?",
        "exec $run sh -c 'exit 6'",
        "sleep 0.1 & $run sh -c 'read x; echo got $x' <<< text; wait; echo $?",
    ],
)
def test_in_a_script_it_changes_nothing(redis, script):
    alone = outcome(f"run=; {script}", redis.url)
    watched = outcome(f"run={shlex.quote(shlex.join(words(command=[])))}; {script}", redis.url)
    assert (watched.returncode, watched.stdout) == (alone.returncode, alone.stdout)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])
def test_a_command_that_a_signal_kills_kills_us_too(run_job, number):
    assert run_job(command=shell(f"kill -{int(number)} $$")).returncode == -number


def test_a_command_that_is_not_there(run_job, probe):
    done = run_job(command=["/nowhere/x"])
    assert done.returncode == 127
    assert done.stderr == b"healthbeat: cannot run '/nowhere/x': No such file or directory\n"
    assert probe("job").text.startswith("cannot run '/nowhere/x': No such file")
    assert run_job(command=["/etc/passwd"]).returncode == 126


def test_wrong_usage_is_125(run_job):
    for arguments, command, says in (
        (["--due", "Mon-Fri UTC"], ["true"], b"is not a due time"),
        (["--calendar", "/nowhere"], ["true"], b"--calendar needs --due"),
        (["--every", "1h", "--due", "Mon 16:00 UTC"], ["true"], b"cannot be combined"),
        (["--ttl", "5"], ["true"], b"--ttl cannot be combined with run"),
        ([], [], b"run needs a command after --"),
    ):
        done = run_job(*arguments, command=command)
        assert (done.returncode, says in done.stderr) == (125, True), done


def test_the_command_gets_its_arguments_as_they_are(run_job):
    arguments = ["redis://user:secret@host/0?password=secret", "", "a b", "--", "--help"]
    done = run_job(command=["printf", "%s\\n", *arguments])
    assert done.stdout.decode() == "".join(f"{argument}\n" for argument in arguments)


def test_binary_input_and_output_pass_unchanged(run_job):
    data = os.urandom(3_000_000)
    assert run_job(command=["cat"], input=data).stdout == data
    assert run_job(command=shell("cat >&2"), input=data).stderr == data


def test_two_streams_to_one_pipe_keep_their_order(redis):
    script = "i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done"
    environment = clean_environment(HEARTBEAT_REDIS_URL=redis.url)
    done = subprocess.run(
        words(command=shell(script)),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    assert done.stdout.split() == [str(i).encode() for i in range(1000)]


def test_output_goes_to_a_file_as_without_it_and_its_last_line_is_the_reason(
    redis, probe, tmp_path
):
    log = tmp_path / "log"
    log.write_text("before\n")
    with open(log, "a") as file:
        done = subprocess.run(
            words(command=shell("echo first; echo last >&2; exit 3")),
            env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
            stdout=file,
            stderr=file,
            timeout=60,
        )
    assert done.returncode == 3
    assert log.read_text() == "before\nfirst\nlast\n"
    assert probe("job").text.startswith("exit status 3 after") and "last" in probe("job").text


def test_closed_descriptors_and_ignored_signals_are_inherited(redis):
    script = (
        "ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\n'"
    )
    environment = clean_environment(HEARTBEAT_REDIS_URL=redis.url)

    def output(command):
        outer = ["bash", "-c", 'trap "" HUP PIPE; exec "$@" 0<&- 2>&-', "-", *command]
        return subprocess.run(outer, env=environment, stdout=subprocess.PIPE, timeout=60).stdout

    assert output(words(command=shell(script))) == output(shell(script))


def test_a_full_disk_and_a_closed_pipe_are_those_of_the_command(redis):
    environment = clean_environment(HEARTBEAT_REDIS_URL=redis.url)

    def status(command, redirection):
        line = f'"$@" {redirection}; echo "${{PIPESTATUS[0]}}" >&3'
        outer = ["bash", "-c", f"exec 3>&1; {{ {line}; }} >/dev/null 2>/dev/null", "-", *command]
        return subprocess.run(outer, env=environment, stdout=subprocess.PIPE, timeout=60).stdout

    for command, redirection in (
        (["echo", "text"], ">/dev/full"),
        (["echo", "text"], ">&-"),
        (["yes"], "| head -1"),
    ):
        assert status(words(command=command), redirection) == status(command, redirection)


def test_what_children_left_behind_still_write_arrives(run_job):
    script = "(sleep 0.5; echo late >&2) & echo early >&2"
    assert run_job(command=shell(script)).stderr == b"early\nlate\n"


def test_lines_of_two_commands_to_one_pipe_stay_whole(redis):
    environment = clean_environment(HEARTBEAT_REDIS_URL=redis.url)
    count = "i=0; while [ $i -lt 3000 ]; do echo %s $i %s; i=$((i+1)); done >&2"
    jobs = [shell(count % (letter * 40, letter * 40)) for letter in "ab"]
    arguments = [words(command=job, name=f"job-{i}") for i, job in enumerate(jobs)]
    line = " & ".join(shlex.join(job) for job in arguments) + "; wait"
    done = subprocess.run(
        ["bash", "-c", line],
        env=environment,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    seen = {"a" * 40: 0, "b" * 40: 0}
    for written in done.stderr.decode().splitlines():
        begin, number, end = written.split(" ")
        assert begin == end and int(number) == seen[begin], written
        seen[begin] += 1
    assert set(seen.values()) == {3000}


def test_whoever_waits_for_the_end_of_its_streams_does_not_wait_for_redis(cleanup):
    read, write = os.pipe()
    job = spawn(
        words("--linger", "60s", command=["true"]),
        env=clean_environment(HEARTBEAT_REDIS_URL=NOBODY),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[write],
    )
    cleanup.callback(finish, job)
    os.close(write)
    for descriptor in (job.stdout.fileno(), read):
        assert select.select([descriptor], [], [], 60)[0]
        assert os.read(descriptor, 1) == b""
    broken = select.poll()
    broken.register(job.stdin, 0)
    assert broken.poll(60_000)
    assert job.poll() is None
    os.close(read)


# --- Signals ------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_to_us_is_passed_on(start_job, document, number):
    job = start_job(command=shell(f"trap 'exit 7' {int(number)}; while :; do sleep 0.05; done"))
    wait_until(lambda: document("job"), 60, "it beats")
    job.send_signal(number)
    assert job.wait(60) == 7


COUNTER = """
import os, signal, sys, time
number = int(sys.argv[1])
seen = []
signal.signal(number, lambda *_: seen.append(1))
print("ready", flush=True)
while not seen:
    time.sleep(0.01)
for _ in range(40):  # after a signal, sleep() goes on
    time.sleep(0.01)
os._exit(len(seen))
"""


@pytest.mark.parametrize("to", ["us", "the group", "each process", "each process, us last"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGCONT])
def test_the_command_gets_a_signal_once(start_job, number, to):
    """A shell signals the group of a job, systemd each process of a unit."""
    job = start_job(
        command=["/usr/bin/python3", "-c", COUNTER, str(int(number))],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert job.stdout.readline() == b"ready\n"
    if to == "us":
        job.send_signal(number)
    elif to == "the group":
        os.killpg(job.pid, number)
    else:
        processes = subprocess.run(
            ["pgrep", "-g", str(job.pid)], stdout=subprocess.PIPE, check=True
        ).stdout.split()
        assert len(processes) == 3
        for pid in processes if to == "each process" else reversed(processes):
            os.kill(int(pid), number)
    assert job.wait(60) == 1
    job.stdout.close()


def test_the_command_can_signal_its_own_group(run_job):
    script = "trap 'echo got; exit 5' TERM; kill -TERM 0; sleep 1"
    done = run_job(command=shell(script), start_new_session=True)
    assert (done.returncode, done.stdout) == (5, b"got\n")


def test_a_hangup_of_the_terminal_reaches_the_command(redis, tmp_path):
    """The kernel sends it to the first process of the session alone: to us."""
    hung_up = tmp_path / "hung-up"
    pid, terminal = pty.fork()
    if pid == 0:
        script = f"trap 'touch {hung_up}; exit' HUP; echo on; while :; do sleep 0.05; done"
        command = words(command=shell(script))
        os.execve(command[0], command, clean_environment(HEARTBEAT_REDIS_URL=redis.url))
    assert select.select([terminal], [], [], 60)[0] and b"on" in os.read(terminal, 100)
    os.close(terminal)
    wait_until(hung_up.exists, 60, "the command got it")
    os.waitpid(pid, 0)


def test_the_end_of_the_command_by_a_signal_to_all_does_not_end_the_linger(start_job, probe):
    job = start_job(command=["sleep", "60"], start_new_session=True)
    wait_until(lambda: probe("job").exit == 0, 60, "it beats")
    os.killpg(job.pid, signal.SIGTERM)
    assert job.wait(60) == -signal.SIGTERM
    assert probe("job").text.startswith("killed by signal 15 after ")


def test_a_signal_to_the_group_ends_both(start_job, document):
    job = start_job(command=["sleep", "60"], start_new_session=True)
    wait_until(lambda: document("job"), 60, "it beats")
    os.killpg(job.pid, signal.SIGTERM)
    assert job.wait(60) == -signal.SIGTERM


# One process, no shell: a shell that gets ^C just before it starts a command waits for that command.
IN_TERMINAL = "import os, time; print(*map(os.isatty, range(3)), flush=True); time.sleep(60)"


def test_a_terminal_is_passed_through_with_its_signals(redis):
    pid, terminal = pty.fork()
    if pid == 0:
        command = words(command=["/usr/bin/python3", "-c", IN_TERMINAL])
        os.execve(command[0], command, clean_environment(HEARTBEAT_REDIS_URL=redis.url))
    seen = b""
    while b"True True True" not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 100)
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT


@pytest.fixture
def interactive_shell(redis):
    """A bash in a terminal: type(TEXT), expect(TEXT)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            "/bin/bash",
            ["bash", "--norc", "-i"],
            clean_environment(HEARTBEAT_REDIS_URL=redis.url, PS1="$ "),
        )
    seen = b""

    def expect(text):
        nonlocal seen
        while text not in seen:
            assert select.select([terminal], [], [], 60)[0], seen
            seen += os.read(terminal, 1000)
        seen = seen.split(text, 1)[1]

    yield lambda text: os.write(terminal, text), expect
    os.kill(pid, signal.SIGHUP)  # it ends its jobs
    os.close(terminal)  # a bash that missed the signal reads the end
    os.waitpid(pid, 0)


@pytest.mark.parametrize("by", ["^Z", "itself"])
def test_job_control_stops_and_continues_both(interactive_shell, by):
    """Whoever stops the command, the shell gets the terminal back, until `fg`."""
    type_in, expect = interactive_shell
    stop = "kill -STOP $$; " if by == "itself" else ""
    script = f"echo be''gun; {stop}read x; echo got $x"
    type_in(shlex.join(words(command=shell(script))).encode() + b"\n")
    expect(b"\nbegun")
    if by == "^Z":
        type_in(b"\x1a")
    expect(b"Stopped")
    type_in(b"fg\n")
    expect(b"fg")
    type_in(b"it\n")
    expect(b"got it")


def test_after_a_stop_the_command_is_continued_once(interactive_shell):
    type_in, expect = interactive_shell
    counter = words(command=["/usr/bin/python3", "-c", COUNTER, str(int(signal.SIGCONT))])
    type_in(shlex.join(counter).encode() + b"; echo count''ed $?.\n")
    expect(b"\r\nready")
    type_in(b"\x1a")
    expect(b"Stopped")
    type_in(b"fg; echo count''ed $?.\n")
    expect(b"counted 1.")


def test_as_process_1_it_reaps_orphans_and_passes_signals_on(redis, probe):
    script = (
        "(sleep 0.1 & sleep 0.2 &) ; sleep 3; "
        "ps -eo stat= | grep -c Z; trap 'exit 9' TERM; kill -TERM 1; sleep 60 & wait"
    )
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", *words(command=shell(script))],
        env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
        capture_output=True,
        timeout=60,
    )
    if b"unshare failed" in done.stderr or b"Operation not permitted" in done.stderr:
        pytest.skip("no permission for unshare")
    assert (done.returncode, done.stdout) == (9, b"0\n"), done


# --- What the probe says ------------------------------------------------------


def test_while_it_runs_and_after_it(start_job, probe, document, client):
    job = start_job("--every", "1h", command=shell("read x; echo done >&2"), stdin=subprocess.PIPE)
    wait_until(lambda: probe("job").exit == 0, 60, "it is healthy")
    wait_until(lambda: probe("job").text.startswith("running for "), 60, "it says for how long")
    job.communicate(b"\n", timeout=60)
    assert job.returncode == 0
    found = probe("job")
    assert found.found == (0, "healthy", "healthy"), found
    assert found.text.startswith("finished in ")
    # Until the next start, and a tenth.
    assert 3600 + 300 < client.ttl("health:job") <= 3600 + 360
    assert probe("--all").exit == 1  # the roster is young
    client.expire("health:job", 20)
    assert probe("job").exit == 0


def test_a_failure_is_shown_with_the_last_line_of_stderr(run_job, probe):
    run_job(command=shell("echo one >&2; echo no disk >&2; exit 3"))
    found = probe("job")
    assert found.found == (1, "unhealthy", "unhealthy")
    assert found.text.startswith("exit status 3 after ") and found.text.endswith("no disk")


def test_a_calendar_that_cannot_be_read_does_not_hinder_the_command(run_job, probe):
    done = run_job("--due", "Mon 16:00 UTC", "--calendar", "/nowhere", command=shell("echo out"))
    assert (done.returncode, done.stdout) == (0, b"out\n")
    says = "holidays are not known: cannot read /nowhere"
    assert f"healthbeat: {says}" in done.stderr.decode()
    found = probe("job")
    assert found.found == (1, "degraded", "degraded") and says in found.text


def test_a_run_over_its_limit_is_degraded_during_and_after(start_job, probe, wait_for_status):
    job = start_job("--limit", "1s", command=["cat"], stdin=subprocess.PIPE)
    wait_for_status("job", "degraded")
    assert "limit 1s" in probe("job").text
    job.communicate(timeout=60)
    found = probe("job")
    assert found.found == (1, "degraded", "degraded") and found.text.startswith("finished in ")


def test_a_second_run_of_the_same_name_is_shown(start_job, probe):
    for _ in range(2):
        start_job(command=["sleep", "60"])
    wait_until(lambda: "another process writes" in probe("job").stdout, 60, "both are seen")


def test_the_end_of_a_second_short_run_hides_no_running_one(start_job, run_job, probe):
    start_job(command=["sleep", "60"])
    wait_until(lambda: probe("job").exit == 0, 60, "it beats")
    assert run_job(command=["true"]).returncode == 0
    wait_until(lambda: probe("job").stdout.count("running for"), 60, "the first goes on")


@pytest.mark.slow(5)
def test_killed_it_is_stale_or_missing_and_the_command_goes_on(start_job, probe, tmp_path):
    done = tmp_path / "done"
    job = start_job(command=shell(f"read x; touch {done}"), stdin=subprocess.PIPE)
    wait_until(lambda: probe("job").exit == 0, 60, "it beats")
    job.kill()
    wait_until_noticed(
        lambda: probe("job").reason in ("stale", "missing"),
        time.monotonic(),
        QUICK_AGE_LIMIT,
        "it is stale within three intervals",
    )
    job.communicate(b"\n", timeout=60)
    wait_until(done.exists, 60, "the command ends")


def test_what_the_command_writes_after_our_kill_arrives(start_job):
    script = "echo one >&2; read x; i=0; while [ $i -lt 20000 ]; do echo $i >&2; i=$((i+1)); done"
    job = start_job(command=shell(script), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert job.stderr.readline() == b"one\n"
    job.kill()
    job.wait(60)
    job.stdin.write(b"\n")
    job.stdin.close()
    assert job.stderr.read().split() == [str(i).encode() for i in range(20000)]
    job.stderr.close()


def test_the_command_learns_that_nobody_reads_its_errors(start_job):
    for kill_first in (False, True):
        job = start_job(
            command=shell("echo one >&2; read x; while :; do echo more >&2; done"),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert job.stderr.readline() == b"one\n"
        job.stderr.close()
        if kill_first:
            job.kill()
        job.stdin.write(b"\n")
        job.stdin.close()
        assert job.stdout.read() == b""  # the command has ended
        job.stdout.close()
        assert job.wait(60) == (-signal.SIGKILL if kill_first else -signal.SIGPIPE)


# --- Redis is away ------------------------------------------------------------


def test_without_redis_the_command_runs_all_the_same(run_job):
    done = run_job("--linger", "100ms", command=shell("echo out; exit 4"), url=NOBODY)
    assert (done.returncode, done.stdout) == (4, b"out\n")
    assert b"the result is not written within 100ms" in done.stderr


@pytest.mark.own_redis()
def test_a_redis_that_hangs_does_not_hinder_the_command(redis, run_job):
    redis.freeze()
    done = run_job("--linger", "100ms", command=shell("echo out; exit 4"))
    assert (done.returncode, done.stdout) == (4, b"out\n")
    assert b"the result is not written within 100ms" in done.stderr


@pytest.mark.own_redis()
def test_a_redis_that_hangs_until_the_command_runs_gets_the_result(redis, run_job, probe):
    """The command does not wait for it: nobody else wakes it."""
    redis.freeze()
    assert run_job(command=shell(f"kill -CONT {redis.process.pid}; exit 4")).returncode == 4
    assert probe("job").text.startswith("exit status 4 after ")


@pytest.mark.own_redis(tcp=True)
@pytest.mark.parametrize("error", ["NOPERM", "NOREPLICAS"])
def test_a_redis_that_refuses_the_beats_does_not_hinder_the_command(redis, client, run_job, error):
    if error == "NOREPLICAS":
        client.config_set("min-replicas-to-write", 1)
    redis.set_user("reader", "hunter2", "~* -@all +getrange" if error == "NOPERM" else "~* +@all")
    url = redis.url_as("reader", "hunter2")
    done = run_job("--linger", "3s", command=shell("echo out; exit 4"), url=url)
    assert (done.returncode, done.stdout) == (4, b"out\n")
    assert b"the result is not written within 3s" in done.stderr and b"hunter2" not in done.stderr
    assert f"errorstat_{error}" in client.info("errorstats")


def test_a_configuration_that_cannot_be_used_does_not_hinder_the_command(run_job):
    done = run_job(command=shell("echo out; exit 4"), url="http://secret")
    assert (done.returncode, done.stdout) == (4, b"out\n")
    assert b"runs without beats" in done.stderr and b"secret" not in done.stderr


@pytest.mark.own_redis(tcp=True)
def test_a_redis_that_comes_back_gets_the_result(redis, probe):
    redis.stop()
    job = spawn(words(command=["true"]), env=clean_environment(HEARTBEAT_REDIS_URL=redis.url))
    with contextlib.ExitStack() as stack:
        stack.callback(finish, job)
        time.sleep(0.5)
        assert job.poll() is None  # it lingers
        redis.start()
        assert job.wait(60) == 0
    assert probe("job").found == (0, "healthy", "healthy")


def test_a_signal_ends_the_linger(redis):
    job = spawn(
        words(command=["true"]),
        env=clean_environment(HEARTBEAT_REDIS_URL=NOBODY),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert job.stdout.read() == b""  # the command has ended
    time.sleep(0.5)
    job.terminate()
    assert job.wait(60) == 0
    job.stdout.close()
    job.stderr.close()
