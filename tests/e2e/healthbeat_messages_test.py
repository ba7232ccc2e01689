"""healthbeat run: rules as text, and the socket through which the command feeds them."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from harness.process import binary, clean_environment
from harness.waiting import wait_until

SEND = '"$HEALTHBEAT" send'


def shell(script):
    return ["sh", "-c", script]


def python(script):
    """A program that has `tell(TEXT, DESCRIPTORS...)`; it lives until it is killed."""
    head = textwrap.dedent(
        """
        import array, os, signal, socket, sys, time
        address = os.environ["HEARTBEAT_SOCKET"].replace("@", "\\0", 1)
        teller = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        def tell(text, *descriptors):
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
            teller.sendmsg([text.encode()], rights if descriptors else [], 0, address)
        """
    )
    return [sys.executable, "-c", head + textwrap.dedent(script) + "\nsignal.pause()\n"]


def state(document, check, name="job"):
    return document(name).get("checks", {}).get(check, {}).get("state")


def reported(document):
    return document("job").get("reported", {}).get("reason", "")


# --- Rules ----------------------------------------------------------------------


def test_rules_of_every_kind_are_fed_by_messages(start_watched, document, probe):
    job = start_watched(
        *("--rule", "websocket is_set critical"),
        *("--rule", "ticks within 60s critical"),
        *("--rule", "token: http_403 count 5m == 0 critical"),
        *("--rule", "attempts < 10 warning"),
        command=shell(
            f"{SEND} set websocket 1; {SEND} mark ticks 3; {SEND} gauge attempts 4; cat; "
            f"{SEND} add attempts 6; {SEND} set websocket 0 HTTP 403; {SEND} mark http_403; sleep 60"
        ),
        stdin=subprocess.PIPE,
    )
    wait_until(lambda: probe("job").exit == 0, 60, "all rules pass")
    assert document("job")["processed_count"] == 3
    job.stdin.close()
    wait_until(lambda: state(document, "token") == "fail", 60, "an error is counted")
    found = document("job")
    assert (found["error_count"], found["connected"]) == (1, False)
    assert state(document, "attempts") == "fail"
    assert "websocket is false: HTTP 403" in probe("job").text


def test_a_command_that_falls_silent_is_unhealthy(start_watched, probe, wait_for_status):
    start_watched("--rule", "ticks within 3s critical", command=shell(f"{SEND} mark ticks; sleep 60"))
    wait_for_status("job", "healthy")
    wait_for_status("job", "unhealthy")
    assert "ticks " in probe("job").text


def test_rules_from_a_file_count_too(start_watched, document, tmp_path):
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": ["b within 60s critical"]}))
    start_watched("--rules", file, "--rule", "a within 60s critical", command=["sleep", "60"])
    wait_until(lambda: set(document("job").get("checks", {})) == {"a", "b"}, 60, "both are there")


def test_a_rule_counts_in_its_sessions(start_watched, document):
    rule = "a within 1s critical during 'Mon-Sun 00:00-24:00 UTC' dates '@{}'"
    today = time.strftime("%Y-%m-%d", time.gmtime())
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400))
    dates = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"dates-{os.getpid()}")
    with open(dates, "w") as file:
        file.write("# none\n")
    try:
        start_watched("--rule", rule.format(dates), command=["sleep", "60"])
        wait_until(lambda: state(document, "a") == "fail", 60, "it counts")
        with open(dates, "w") as file:
            file.write(f"{yesterday}\n{today}\n{tomorrow}\n")
        wait_until(lambda: state(document, "a") == "suppressed", 60, "a holiday is read")
    finally:
        os.unlink(dates)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--rule", "ticks withn 60s critical"], "--rule 'ticks withn 60s critical' is wrong at character 7: "),
        (["--rule", "a < 1 warning", "--rule", "a > 0 warning"], "rule 'a > 0 warning': check 'a' is declared"),
        (["--rule", "a < 1 warning during 'Mon 09:00-10:00 Moon/Base'"], "Moon/Base"),
        (["--rules", "/nowhere"], "--rules '/nowhere': cannot read /nowhere: No such file"),
        (["--watchdog", "1s", "--rule", "watchdog < 1 warning"], "--watchdog is a check with this name"),
    ],
)
def test_a_rule_that_cannot_be_used_keeps_the_command_from_running(redis, arguments, complaint):
    done = subprocess.run(
        [binary("healthbeat"), "run", *arguments, "job", "--", "echo", "ran"],
        env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (125, b"")
    assert complaint in done.stderr.decode()


def test_a_command_with_rules_is_a_service_whose_end_is_never_good(redis, probe):
    for rules, exit_status in ([], 0), (["--rule", "a < 1 warning"], 1):
        done = subprocess.run(
            [binary("healthbeat"), "run", *rules, "job", "--", "true"],
            env=clean_environment(HEARTBEAT_REDIS_URL=redis.url),
            timeout=60,
        )
        assert (done.returncode, probe("job").exit) == (0, exit_status)
    assert probe("job").text.startswith("exit status 0 after ")


# --- The socket -------------------------------------------------------------------


def test_a_report_is_joined_to_what_healthbeat_says(start_watched, document):
    start_watched(command=python("tell('report degraded slow disk')"))
    said = "slow disk; running for "
    wait_until(lambda: document("job").get("reason", "").startswith(said), 60, "it says so")
    assert document("job")["status"] == "degraded"


def test_messages_without_effect_are_counted_and_the_last_one_is_told(start_watched, document):
    start_watched(
        *("--rule", "a within 60s critical"),
        command=python("tell('mark a\\nmark nothing\\nfly'); tell('x' * 9000)"),
    )
    told = "3 messages refused, the last: a message has more than 8192 bytes"
    # A beat may come between the count and the reason.
    wait_until(lambda: reported(document).endswith(told), 60, "all are told")
    assert document("job")["refused_messages"] == 3
    assert state(document, "a") == "pass"


def test_descendants_of_any_user_are_heard_and_others_are_not(start_watched, document, tmp_path):
    note = tmp_path / "address"
    start_watched(
        *("--rule", "a count 1m > 0 critical", "--rule", "b count 1m > 0 critical"),
        *("--rule", "c count 1m > 0 critical"),
        command=python(
            f"""
            with open({str(note)!r}, "w") as file: file.write(address)
            if os.fork() == 0:
                if os.getuid() == 0: os.setuid(12345)
                tell("mark a")
                signal.pause()
            if os.fork() == 0:
                if os.fork() == 0:
                    while os.getppid() == 1: pass
                    time.sleep(0.2)
                    tell("mark b")  # an orphan by now
                    signal.pause()
                os._exit(0)
            os.wait()
            """
        ),
    )
    wait_until(lambda: state(document, "a") == "pass", 60, "another user is heard")
    wait_until(lambda: state(document, "b") == "pass", 60, "an orphan is heard")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"mark c", note.read_text())
    told = f"process {os.getpid()} of user "
    wait_until(lambda: told in reported(document), 60, "a stranger is refused")
    assert document("job")["refused_messages"] == 1
    assert state(document, "c") != "pass"


def test_descriptors_that_come_along_are_closed(start_watched, document):
    job = start_watched(
        *("--rule", "a count 1m > 99 critical"),
        command=python("for i in range(100): tell('mark a', 0, 1, 2)"),
    )
    wait_until(lambda: state(document, "a") == "pass", 60, "all have arrived")
    assert len(os.listdir(f"/proc/{job.pid}/fd")) < 30


def test_a_flood_neither_grows_the_process_nor_delays_its_beats(start_watched, document):
    job = start_watched(
        *("--rule", "a within 60s critical"),
        command=python(
            """
            teller.setblocking(False)
            while True:
                try: tell("mark a\\nreport degraded x\\nreport healthy\\nmark nothing\\n" * 50)
                except BlockingIOError: pass
            """
        ),
    )

    def anonymous_kilobytes():
        with open(f"/proc/{job.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))

    wait_until(lambda: document("job").get("refused_messages", 0) > 1000, 60, "the flood arrives")
    before, sequence = anonymous_kilobytes(), document("job")["sequence"]
    refused = document("job")["refused_messages"]
    wait_until(lambda: document("job")["sequence"] > sequence + 5, 60, "it beats on")
    assert document("job")["refused_messages"] > refused
    if not os.environ.get("E2E_SANITIZED"):
        assert anonymous_kilobytes() < before + 1024


def test_when_healthbeat_is_killed_a_sender_learns_it_at_once(start_watched, tmp_path):
    note = tmp_path / "address"
    job = start_watched(
        command=python(
            f"""
            before = os.getppid()
            with open({str(note) + ".before"!r}, "w") as file: file.write("started")
            while os.getppid() == before: time.sleep(0.02)
            try: tell("mark a")
            except ConnectionRefusedError: text = "refused"
            with open({str(note)!r}, "w") as file: file.write(text)
            os._exit(0)
            """
        ),
    )
    wait_until((tmp_path / "address.before").exists, 60, "it runs")
    job.kill()
    wait_until(note.exists, 60, "the sender does not wait")


def test_send_needs_a_socket_and_someone_who_listens(redis):
    for address, complaint in (
        (None, "HEARTBEAT_SOCKET is not set"),
        ("@nobody-listens-here", "Connection refused"),
    ):
        done = subprocess.run(
            [binary("healthbeat"), "send", "mark", "a"],
            env=clean_environment(HEARTBEAT_SOCKET=address),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert complaint in done.stderr.decode()


def test_send_takes_the_lines_of_its_input(start_watched, document):
    lines = "i=0; while [ $i -lt 2000 ]; do echo mark a; i=$((i+1)); done"
    start_watched(
        *("--rule", "a count 10m >= 2000 critical"),
        command=shell(f"{lines} | {SEND}; sleep 60"),
        variables={"HEARTBEAT_SERVICE": "job"},
    )
    wait_until(lambda: state(document, "a") == "pass", 60, "every line is a message")
    assert document("job")["processed_count"] == 2000
    assert "refused_messages" not in document("job")
