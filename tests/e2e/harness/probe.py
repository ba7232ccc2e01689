"""healthprobe, and beside it the one-liner that it replaces."""

import re
import subprocess
import sys
import time
from dataclasses import dataclass

from harness.process import binary, clean_environment

LIMIT = 120
# A busy machine is no reason for [timeout]; what is to be one has a limit of its own.
PATIENT = {"HEALTHPROBE_TIMEOUT": "60s"}
LINE = re.compile(r"^(?P<service>\S+) (?P<verdict>\w+) \[(?P<reason>[\w-]+)\]: (?P<text>.*)$")

# The health check of a compose file, as its user wrote it; the shell put the
# URL where $REDIS_URL stands.
ONE_LINER = (
    "import redis, json, sys; r=redis.from_url('$REDIS_URL'); "
    "s=json.loads(r.get('health:ingestion') or '{}'); "
    "sys.exit(0 if s.get('status')=='healthy' else 1)"
)

# Runs a program as the child of a small process: the peak of a child begins at
# the size of its parent, and a test is no small one.
MEASURE = (
    "import os, sys; child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); "
    "_, status, used = os.wait4(child, 0); "
    "print(used.ru_maxrss, file=sys.stderr); sys.exit(os.waitstatus_to_exitcode(status))"
)


@dataclass
class Answer:
    exit: int
    stdout: str
    stderr: str
    seconds: float

    def _part(self, name):
        found = LINE.match(self.stdout.rstrip("\n"))
        return found[name] if found else None

    @property
    def verdict(self):
        return self._part("verdict")

    @property
    def reason(self):
        return self._part("reason")

    @property
    def text(self):
        return self._part("text")

    @property
    def found(self):
        """What most tests compare: exit status, verdict and reason."""
        return self.exit, self.verdict, self.reason

    def __str__(self):
        return f"exit {self.exit}, stdout {self.stdout!r}, stderr {self.stderr!r}"


def run(command, environment):
    started = time.monotonic()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT
    )
    seconds = time.monotonic() - started
    text = [stream.decode("utf-8", "backslashreplace") for stream in (done.stdout, done.stderr)]
    return Answer(done.returncode, *text, seconds)


def probe(*arguments, redis_url=None, program=None, **variables):
    """Runs healthprobe; the URL goes where secrets belong, into the environment."""
    variables = {"HEARTBEAT_REDIS_URL": redis_url, **PATIENT, **variables}
    return run([program or binary("healthprobe"), *arguments], clean_environment(**variables))


def probe_and_peak(*arguments, redis_url):
    """The answer, and the peak of the memory that was resident, in KiB."""
    command = [sys.executable, "-I", "-S", "-c", MEASURE, binary("healthprobe"), *arguments]
    answer = run(command, clean_environment(HEARTBEAT_REDIS_URL=redis_url, **PATIENT))
    return answer, int(answer.stderr.split()[-1])


def one_liner_code(service, redis_url):
    return ONE_LINER.replace("$REDIS_URL", redis_url).replace("health:ingestion", f"health:{service}")


def one_liner(service, redis_url):
    """The exit status that it would have as a process of its own, which would take half a second to start."""
    try:
        exec(one_liner_code(service, redis_url), {})
    except SystemExit as end:
        return end.code
    except Exception:
        return 1
    return 0


def one_liner_process(service, redis_url):
    return run([sys.executable, "-c", one_liner_code(service, redis_url)], clean_environment()).exit
