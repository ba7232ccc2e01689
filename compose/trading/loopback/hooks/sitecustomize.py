"""Python loads this at the start of every process that has this folder in PYTHONPATH. SIGUSR1 then
makes its main thread fail as the file says that TRADING_FAULT names. The services do not know."""

import ctypes
import os
import signal
import threading
import time


def fail(*_: object) -> None:
    path = os.environ["TRADING_FAULT"]
    with open(path, encoding="ascii") as file:
        kind = file.read()
    if kind == "hang":
        while os.path.exists(path):
            time.sleep(0.1)
    elif kind == "deadlock":
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
    elif kind == "gil":  # as an extension that computes without releasing the lock
        ctypes.PyDLL(None).sleep(30)
    elif kind == "leak":
        leaked = []
        while True:
            leaked.append(bytearray(1 << 20))


if "TRADING_FAULT" in os.environ:
    signal.signal(signal.SIGUSR1, fail)
