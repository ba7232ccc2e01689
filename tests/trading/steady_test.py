"""A long time without a fault: no verdict may change. TRADING_STEADY says how many seconds."""

from __future__ import annotations

import os
import time
from typing import Callable

import pytest
from conftest import a_stack, healthy_watch
from stack import Stack

SECONDS = float(os.environ.get("TRADING_STEADY", "0"))


@pytest.mark.skipif(not SECONDS, reason="TRADING_STEADY is not set")
def test_no_verdict_changes(say):
    with a_stack("steady") as stack:
        steady(stack, say)


def steady(stack: Stack, say: Callable[[str], None]) -> None:
    watch = healthy_watch(stack, say)
    began = time.monotonic()
    while (left := began + SECONDS - time.monotonic()) > 0:
        time.sleep(min(60, left))
        say(f"steady for {time.monotonic() - began:.0f} s")
    watch.stop()
    looks = {name: [look for look in all_ if look.at >= began] for name, all_ in watch.looks.items()}
    assert all(len(ours) > SECONDS / 4 for ours in looks.values())
    assert [(name, look) for name, ours in looks.items() for look in ours if not look.healthy] == []
