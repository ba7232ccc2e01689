"""healthbeat run: sd_notify(3), as programs for systemd speak it."""

import shutil
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from harness.process import binary, clean_environment
from harness.skips import needs
from harness.waiting import wait_until

try:
    import systemd.daemon as systemd_daemon
except ImportError:
    systemd_daemon = None

NOTIFY = """
import os, signal, socket, sys, time
def notify(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.sendto(text.encode(), os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
"""


def python(script):
    return [sys.executable, "-c", NOTIFY + textwrap.dedent(script)]


def test_it_is_starting_until_it_is_ready(start_watched, probe, wait_for_status):
    job = start_watched(
        "--notify",
        command=python("sys.stdin.read(1); notify('READY=1\\nSTATUS=3 of 5 feeds'); signal.pause()"),
        stdin=subprocess.PIPE,
    )
    said = "it is not ready yet; running for "
    wait_until(lambda: probe("job").text.startswith(said), 60, "it is starting")
    assert probe("job").verdict == "starting"
    job.stdin.write(b"x")
    job.stdin.flush()
    wait_for_status("job", "healthy")
    wait_until(lambda: probe("job").text.count("; 3 of 5 feeds"), 60, "it says how it is")


def test_stopping_and_a_good_end_are_a_clean_stop(start_watched, document, probe):
    job = start_watched(
        "--notify",
        command=python("notify('READY=1'); sys.stdin.read(1); notify('STOPPING=1'); sys.stdin.read()"),
        stdin=subprocess.PIPE,
    )
    wait_until(lambda: probe("job").exit == 0, 60, "it is ready")
    job.stdin.write(b"x")
    job.stdin.flush()
    wait_until(lambda: probe("job").text.startswith("stopping; running"), 60, "it stops")
    job.communicate(timeout=60)
    assert job.returncode == 0
    assert document("job")["reason"] == "stopped"
    assert document("job")["status"] == "unhealthy"


def test_a_bad_end_after_stopping_is_told(start_watched, document):
    job = start_watched("--notify", command=python("notify('READY=1\\nSTOPPING=1'); sys.exit(3)"))
    job.wait(60)
    assert document("job")["reason"].startswith("exit status 3 after ")


def test_the_watchdog_is_a_check_whose_limit_the_command_may_change(start_watched, document):
    def watchdog():
        return document("job").get("checks", {}).get("watchdog", {})

    job = start_watched(
        *("--watchdog", "4s"),
        command=python(
            """
            assert os.environ["WATCHDOG_USEC"] == "4000000"
            assert "WATCHDOG_PID" not in os.environ
            notify("WATCHDOG=1")
            sys.stdin.read(1)
            notify("WATCHDOG_USEC=3600000000\\nWATCHDOG=1")
            sys.stdin.read(1)
            notify("WATCHDOG=trigger")
            signal.pause()
            """
        ),
        stdin=subprocess.PIPE,
        variables={"WATCHDOG_PID": "1"},
    )
    wait_until(lambda: watchdog().get("state") == "pass", 60, "it is fed")
    assert (watchdog()["limit"], watchdog()["severity"]) == (4, "critical")
    wait_until(lambda: watchdog().get("state") == "fail", 60, "it hungers")
    job.stdin.write(b"x")
    job.stdin.flush()
    wait_until(lambda: watchdog().get("state") == "pass", 60, "it is fed again")
    assert watchdog()["limit"] == 3600
    assert document("job")["processed_count"] == 0
    job.stdin.write(b"x")
    job.stdin.flush()
    wait_until(lambda: document("job")["status"] == "unhealthy", 60, "it is triggered")
    assert "it triggered its watchdog" in document("job")["reason"]


def test_the_watchdog_runs_from_ready_on(start_watched, document, wait_for_status):
    start_watched(
        *("--notify", "--watchdog", "4s"),
        command=python("time.sleep(6); notify('READY=1'); signal.pause()"),
    )
    wait_for_status("job", "starting")
    wait_for_status("job", "healthy")
    wait_for_status("job", "unhealthy")
    assert document("job")["reason"].startswith("watchdog ")


def test_a_barrier_is_passed(start_watched, wait_for_status):
    start_watched(
        "--notify",
        command=python(
            """
            import array
            ours, theirs = os.pipe()
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
                teller.sendmsg([b"BARRIER=1"],
                               [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs]))],
                               0, os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
            os.close(theirs)
            os.read(ours, 1)
            notify("READY=1")
            signal.pause()
            """
        ),
    )
    wait_for_status("job", "healthy")


def test_what_it_says_also_goes_to_an_outer_supervisor(start_watched, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(60)
        start_watched(
            "--notify",
            command=python(
                "notify('READY=1\\nMAINPID=7\\nSTATUS=up'); notify('mark x'); notify('FDSTORE=1');"
                "notify('WATCHDOG=1'); signal.pause()"
            ),
            variables={"NOTIFY_SOCKET": str(tmp_path / "notify")},
        )
        assert supervisor.recv(1000) == b"READY=1\nSTATUS=up\n"
        assert supervisor.recv(1000) == b"WATCHDOG=1\n"


def test_without_notify_the_command_keeps_its_supervisor(redis):
    variables = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_PID": "5", "WATCHDOG_USEC": "7"}
    script = "echo $NOTIFY_SOCKET $WATCHDOG_PID $WATCHDOG_USEC"
    done = subprocess.run(
        [binary("healthbeat"), "run", "job", "--", "sh", "-c", script],
        env=clean_environment(HEARTBEAT_REDIS_URL=redis.url, **variables),
        capture_output=True,
        timeout=60,
    )
    assert done.stdout == b"/run/x 5 7\n"


# --- Programs as they are ---------------------------------------------------------


@pytest.mark.surroundings
def test_gunicorn_is_starting_and_then_ready(start_watched, probe, tmp_path, wait_for_status):
    needs(shutil.which("gunicorn"), "gunicorn")
    (tmp_path / "app.py").write_text(
        "def app(environ, start):\n    start('200 OK', [])\n    return [b'ok']\n"
    )
    start_watched(
        "--notify",
        command=["gunicorn", "--chdir", str(tmp_path), "--bind", f"unix:{tmp_path}/http", "app:app"],
        stderr=subprocess.DEVNULL,
    )
    wait_for_status("job", "healthy")
    wait_until(lambda: "; Gunicorn arbiter booted" in probe("job").text, 60, "it says how it is")


def test_a_program_with_python_systemd_feeds_its_watchdog(start_watched, document, wait_for_status):
    needs(systemd_daemon, "python3-systemd")
    script = """
        import os, signal, sys, time
        from systemd.daemon import notify
        notify("READY=1")
        pause = int(os.environ["WATCHDOG_USEC"]) / 2e6
        hung = []
        signal.signal(signal.SIGUSR1, lambda *_: hung.append(True))
        while not hung:
            notify("WATCHDOG=1")
            time.sleep(pause)
        signal.pause()
    """
    job = start_watched(
        *("--notify", "--watchdog", "6s"), command=[sys.executable, "-c", textwrap.dedent(script)]
    )
    wait_for_status("job", "healthy")
    wait_until(lambda: document("job")["sequence"] > 8, 60, "it stays so for longer than the limit")
    assert document("job")["status"] == "healthy"
    job.send_signal(signal.SIGUSR1)
    wait_for_status("job", "unhealthy")
    assert document("job")["reason"].startswith("watchdog ")
