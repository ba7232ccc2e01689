"""Asks every service twice a second, as a health check does, and keeps every answer."""

from __future__ import annotations

import bisect
import dataclasses
import json
import threading
import time
from typing import Callable

import redis
from plan import BEAT
from stack import Stack


@dataclasses.dataclass(frozen=True)
class Look:
    at: float
    verdict: str
    failing: frozenset[str]
    text: str

    @property
    def healthy(self) -> bool:
        return self.verdict == "healthy"


GONE = {"stale", "missing"}


def by_probe(stack: Stack, name: str) -> Look:
    answer = json.loads(stack.probe(name, "-o", "json", "-t", "20s").stdout)
    failing = {row for row, check in answer["checks"].items() if check["state"] == "fail"}
    if answer["reason"] in GONE:
        failing = {BEAT}
    return Look(time.monotonic(), answer["verdict"], frozenset(failing), answer["text"])


def by_hand(client: redis.Redis[str], name: str) -> Look:
    """What by_hand.health_status.HEALTHCHECK does, without a Python of its own each time."""
    try:
        document = client.get(f"by-hand:{name}")
        status = json.loads(document or "{}")
        failing = frozenset(status.get("failing", ()))
        text = "; ".join(sorted(failing)) if document else "no key"
        return Look(time.monotonic(), status.get("status", "missing"), failing, text)
    except redis.RedisError as error:
        return Look(time.monotonic(), "unreachable", frozenset(), type(error).__name__)


class Watch:
    EVERY = 0.5
    STILL = 3.0  # a round that took longer: the whole machine, not a service, stood still
    AFTER = 15.0  # seconds until all services have caught up

    def __init__(self, stack: Stack, names: list[str], hand_names: list[str]):
        client = redis.Redis.from_url(stack.redis.url, socket_timeout=2, decode_responses=True)
        self.ask: dict[str, Callable[[], Look]] = {}
        for name in names:
            self.ask[name] = lambda name=name: by_probe(stack, name)
        for name in hand_names:
            self.ask[f"hand-{name}"] = lambda name=name: by_hand(client, name)
        self.looks: dict[str, list[Look]] = {name: [] for name in self.ask}
        self.problem: Exception | None = None
        self.stills: list[tuple[float, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        ended = time.monotonic()
        while not self._stop.wait(self.EVERY):
            try:
                for name, ask in self.ask.items():
                    self.looks[name].append(ask())
                began, ended = ended, time.monotonic()
                if ended > began + self.EVERY + self.STILL:
                    self.stills.append((began, ended))
            except Exception as error:
                self.problem = error
                raise

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def stood_still(self, at: float) -> bool:
        return any(began <= at <= ended + self.AFTER for began, ended in self.stills)

    def now(self, name: str) -> Look | None:
        if self.problem is not None:
            raise self.problem
        return self.looks[name][-1] if self.looks[name] else None

    def first(self, name: str, since: float, which: Callable[[Look], bool]) -> Look | None:
        looks = self.looks[name]
        start = bisect.bisect_left(looks, since, key=lambda look: look.at)
        return next((look for look in looks[start:] if which(look)), None)


cancelled = threading.Event()  # nobody needs the outcome any more


def wait(condition: Callable[[], bool], limit: float) -> bool:
    deadline = time.monotonic() + limit
    while not condition():
        if cancelled.is_set():
            raise RuntimeError("cancelled")
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
