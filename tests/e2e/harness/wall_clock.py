"""A wall clock of a process's own, which a test steps while the process runs (libfaketime)."""

import glob
import os
import subprocess

from harness.process import binary
from harness.skips import needs

DAY = 86_400
LIBRARY = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") or [None])[0]


def is_dynamic(program):
    """No library is loaded into a static binary, so its clock cannot be changed."""
    with open(binary(program), "rb") as file:
        return b"/ld-linux" in file.read(4096)


class WallClock:
    """Read anew whenever the process asks for the time. The monotonic clocks stay as they are."""

    def __init__(self, folder, name, offset=0):
        needs(LIBRARY, "libfaketime")
        self.path = os.path.join(folder, f"{name}.clock")
        self.step(offset)
        shown = subprocess.run(["date", "+%s"], env={**os.environ, **self.environment},
                               capture_output=True, check=True, text=True).stdout  # fmt: skip
        here = subprocess.run(["date", "+%s"], capture_output=True, check=True, text=True).stdout
        assert abs(int(shown) - int(here) - offset) < 60, "libfaketime does not work here"

    def step(self, offset):
        """To so many seconds from the true time."""
        with open(self.path + ".new", "w") as file:
            file.write(f"{offset:+d}\n")
        os.replace(self.path + ".new", self.path)

    @property
    def environment(self):
        options = os.environ.get("ASAN_OPTIONS", "")
        return {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": self.path,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Only the clock comes before the sanitizer's runtime, and it asks for no memory.
            "ASAN_OPTIONS": ":".join(filter(None, [options, "verify_asan_link_order=0"])),
        }
