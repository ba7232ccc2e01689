"""Services in Python, over libheartbeat.so."""

import os
import sys

from harness.process import clean_environment
from harness.service import Service, program_of

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "python")


def python_environment(**variables):
    """With the module to be found, and a sanitized library able to run."""
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
