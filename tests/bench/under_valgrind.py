"""Runs programs under valgrind. What it counts does not depend on how busy the machine is."""

import re
import subprocess
import sys
import tempfile

ATTEMPTS = 10  # a busy machine may need more than the probe's two seconds under valgrind


def ran(tool, command, environment, expected):
    """valgrind's messages, after the command has ended with the exit status that is expected."""
    for _ in range(ATTEMPTS):
        done = subprocess.run(["/usr/bin/valgrind", *tool, *command], env=environment, capture_output=True, text=True,
                              check=False)
        if "[timeout]" not in done.stdout:
            break
    if done.returncode != expected:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stderr


def instructions(command, environment, expected=0):
    with tempfile.TemporaryDirectory() as folder:
        said = ran(["--tool=callgrind", f"--callgrind-out-file={folder}/out"], command, environment, expected)
    counted = re.search(r"Collected : (\d+)", said)
    if counted is None:
        sys.exit(f"callgrind counted nothing:\n{said}")
    return int(counted[1])


def addresses_used(command, environment, expected=0):
    """The addresses of the instructions that it runs and of the values that it reads, each once, the first first."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
        ran(["--tool=lackey", "--trace-mem=yes", f"--log-file={log.name}"], command, environment, expected)
        return dict.fromkeys(int(line[3:].split(",")[0], 16) for line in log if line.startswith(("I ", " L", " M")))
