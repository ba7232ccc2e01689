"""Child processes that do not outlive the test."""

import contextlib
import ctypes
import os
import signal
import subprocess

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def binary(name):
    """The path of a program that the build made."""
    return os.path.join(os.environ["E2E_BINARIES"], name)


def any_probe():
    """A healthprobe where it is not what is tested: a quick one beside a sanitized build."""
    return os.environ.get("E2E_PROBE") or binary("healthprobe")


def clean_environment(**variables):
    """Nothing but these variables and what a sanitizer needs; None leaves one out."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "TZDIR") or name.endswith("SAN_OPTIONS")
    }
    kept.update(LANG="C.UTF-8")
    kept.update({name: str(value) for name, value in variables.items() if value is not None})
    return kept


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, **options):
    """A Popen that the kernel kills when the test dies, however it dies."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)


def finish(process):
    """Ends a child of ours for good, even one that is stopped."""
    if process.poll() is None:
        process.kill()
        process.wait()


def finish_group(leader):
    """Ends a child that leads a session, and those that it left behind: they hold its output open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
