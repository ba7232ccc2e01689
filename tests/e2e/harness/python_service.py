"""Services in Python, over libheartbeat.so or with the writer in Python.

The variable E2E_WRITER lets every test take such a service instead of one in C++: `python` with the
writer in Python and redis-py, `sockets` without redis-py.
"""

import os
import sys

from harness.process import clean_environment
from harness.service import Service, program_of

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "python")


WRITER = os.environ.get("E2E_WRITER", "")


def python_environment(**variables):
    """With the module to be found, and a sanitized library able to run."""
    if WRITER:
        hidden = [os.path.join(_FOLDER, "without_redis_py")] if WRITER == "sockets" else []
        return clean_environment(
            **{
                "PYTHONPATH": os.pathsep.join([*hidden, os.environ["E2E_MODULE"]]),
                "HEARTBEAT_IMPLEMENTATION": "python",
                **variables,
            }
        )
    preload = os.environ.get("E2E_PRELOAD")
    # The interpreter itself leaks.
    sanitized = {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0"} if preload else {}
    return clean_environment(
        **{
            "PYTHONPATH": os.environ["E2E_MODULE"],
            "HEARTBEAT_LIBRARY": os.environ["E2E_LIBRARY"],
            **sanitized,
            **variables,
        }
    )


class PythonService(Service):
    """A stand-in that obeys the control client of the C++ one."""

    @property
    def command(self):
        return [sys.executable, "-B", os.path.join(_FOLDER, f"{program_of(self.name)}.py")]

    @property
    def own_environment(self):
        return python_environment(**self.environment)


class Script(Service):
    """A few lines of Python, without control."""

    def __init__(self, *arguments, code, **variables):
        super().__init__(*arguments, **variables)
        self.code = code

    @property
    def command(self):
        return [sys.executable, "-B", "-c", self.code]

    @property
    def own_environment(self):
        return python_environment(**self.environment)
