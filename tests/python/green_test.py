"""gevent and eventlet make Python's threads green; the library's stay real. The real ones are
tried where they are installed, a stand-in everywhere."""

import os
import subprocess
import sys

import pytest

# Green threads run when the running one waits by itself. A function that waits in the library
# is not one of these: it stops everything. So this one runs what it starts at once.
STAND_IN = """
import sys, types, _thread, threading, time, queue

originals = {name: getattr(_thread, name)
             for name in ("start_new_thread", "allocate_lock", "get_ident")}
main = _thread.get_ident()

class GreenLock:
    def __init__(self):
        self.lock = originals["allocate_lock"]()
    def acquire(self, *arguments, **named):
        if originals["get_ident"]() != main: raise RuntimeError("a green lock in a real thread")
        return self.lock.acquire(*arguments, **named)
    def release(self):
        if originals["get_ident"]() != main: raise RuntimeError("a green lock in a real thread")
        self.lock.release()
    __enter__ = acquire
    def __exit__(self, *_): self.release()

def start(function, args=(), kwargs={}, **_):
    function(*args, **kwargs)
    return 1

for module in (_thread, threading):
    for name in ("start_new_thread", "_start_new_thread", "start_joinable_thread",
                 "_start_joinable_thread"):
        if hasattr(module, name): setattr(module, name, start)
    for name in ("allocate_lock", "_allocate_lock", "Lock"):
        if hasattr(module, name): setattr(module, name, GreenLock)
_thread.get_ident = lambda: 1
sleep = time.sleep
time.sleep = queue.SimpleQueue = queue.Queue = None
"""
STAND_IN_FOR = {
    "gevent": STAND_IN + """
sys.modules["gevent.monkey"] = types.SimpleNamespace(
    get_original=lambda module, name: originals[name] if module == "_thread" else None)
""",
    "eventlet": STAND_IN + """
sys.modules["eventlet.patcher"] = types.SimpleNamespace(
    original=lambda module: types.SimpleNamespace(**originals) if module == "_thread" else None)
""",
}  # fmt: skip
REAL = {
    "gevent": "import gevent.monkey; gevent.monkey.patch_all(); from gevent import sleep\n",
    "eventlet": "import eventlet; eventlet.monkey_patch(); from eventlet import sleep\n",
}
SERVICE = """
from heartbeat import CRITICAL, Heartbeat, Status
lines = []
beat = Heartbeat("s", redis_url="unix:///nonexistent.sock", stop_timeout=0.5, log=lines.append)
beat.check("db", CRITICAL, beat.succeeds(lambda: True, every=0.01))
beat.start()
print("started", flush=True)
while beat.judge().status != Status.HEALTHY or not lines: sleep(0.01)
beat.close()
print("closed", flush=True)
"""


def run_service(code):
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=180
    )
    assert (done.stdout, done.returncode) == ("started\nclosed\n", 0), done.stderr
    assert "RuntimeError" not in done.stderr


@pytest.mark.parametrize("name", ["gevent", "eventlet"])
@pytest.mark.parametrize("before", ["", "import heartbeat\n"], ids=["first", "after the import"])
def test_a_stand_in_patches(name, before):
    run_service(before + STAND_IN_FOR[name] + SERVICE)


@pytest.mark.parametrize("name", ["gevent", "eventlet"])
def test_the_real_one_patches(name):
    if os.environ.get("CI") != "true":  # there, a skip would hide that it is not installed
        pytest.importorskip(name)
    run_service(REAL[name] + SERVICE)
