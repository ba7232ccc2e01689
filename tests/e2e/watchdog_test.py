"""What a program says when its watchdog ends it, and on which stream."""

import signal
import socket
import subprocess

import pytest
from harness.process import binary, clean_environment

MINUTE = "60s"


@pytest.fixture
def ended_while_it_asks():
    """ended_while_it_asks(PROGRAM, ARGUMENT...): its exit status, stdout and stderr. The alarm of its
    watchdog comes as soon as it has connected to a server that never answers."""

    def end(program, *arguments):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(60)
            url = f"redis://127.0.0.1:{server.getsockname()[1]}"
            with subprocess.Popen(
                [binary(program), *arguments, "--timeout", MINUTE],
                env=clean_environment(HEARTBEAT_REDIS_URL=url),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process:
                connection, _ = server.accept()
                with connection:
                    process.send_signal(signal.SIGALRM)
                    stdout, stderr = process.communicate(timeout=60)
                    return process.returncode, stdout, stderr

    return end


@pytest.mark.parametrize("action", ["beat", "stop"])
def test_that_nothing_is_written_is_an_error(ended_while_it_asks, action):
    said = f"healthbeat: nothing is written: no answer within {MINUTE}\n"
    assert ended_while_it_asks("healthbeat", action, "import") == (1, "", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--forget", "import"),
        ("--silence", "30m", "import"),
        ("--unsilence", "import"),
        ("--silences",),
    ],
)
def test_that_an_action_on_redis_failed_is_an_error(ended_while_it_asks, arguments):
    said = f"healthprobe: {arguments[0]} failed: [timeout] no answer within {MINUTE}\n"
    assert ended_while_it_asks("healthprobe", *arguments) == (1, "", said)


def test_a_verdict_is_output(ended_while_it_asks):
    status, stdout, stderr = ended_while_it_asks("healthprobe", "import")
    assert (status, stderr) == (1, "") and stdout.startswith("import unknown [timeout]: "), stdout
