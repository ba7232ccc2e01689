"""Faults as values: what is wrong with Redis, and what the probe has to say to it."""

import importlib
import pathlib
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from harness.process import clean_environment

# What a URL must not hold unencoded, and a word that no encoding hides.
TELLTALE = "zq7Xw"
SECRET = f'{TELLTALE}/p%41@:?#"ß {TELLTALE}'
ENCODED = quote(SECRET, safe="")

TROUBLE = ("dns", "unreachable", "timeout", "tls", "auth", "denied", "loading", "redis-error")

SHORT = 1.0
LONG = 10.0  # a noisy machine has to have the time to find a fault that is there at once


@dataclass(frozen=True)
class Scene:
    """A fault that is set up: what the probe is given to find it."""

    url: str | None
    user: str = ""
    knows_secret: bool = True
    variables: dict = field(default_factory=dict)
    command: tuple = ()  # in front of the probe

    def environment(self, secret_in_url):
        """The secret comes raw in a variable of its own, or encoded in the URL."""
        mine = {"HEARTBEAT_REDIS_URL": self.url}
        has_room = self.url is not None and "://" in self.url and "@" not in self.url
        if self.knows_secret and secret_in_url and has_room:
            login = f"://{self.user}:{ENCODED}@"
            mine["HEARTBEAT_REDIS_URL"] = self.url.replace("://", login, 1)
        elif self.knows_secret:
            mine |= {"REDIS_USERNAME": self.user or None, "REDIS_PASSWORD": SECRET}
        return clean_environment(**mine | self.variables)


@dataclass(frozen=True)
class Fault:
    name: str
    scene: object  # a function of a Stage; what it returns is a Scene, or no more than its URL
    reason: str
    says: str = "."  # a pattern that the text holds
    hangs: bool = False  # the probe has to end the wait by itself
    needs_tls: bool = False

    @property
    def timeout(self):
        return SHORT if self.hangs else LONG

    @property
    def verdict(self):
        return "unknown" if self.reason in (*TROUBLE, "usage") else "unhealthy"


def scripted(**script):
    """A fault that a fake Redis shows by this script."""
    return lambda stage: stage.fake(script).url


def parameters(faults):
    """A test for each, named as the fault is."""
    return [pytest.param(fault, id=fault.name) for fault in faults]


def all_faults():
    """Those of every file of them."""
    files = sorted(pathlib.Path(__file__).parent.parent.glob("faults_*_test.py"))
    modules = [importlib.import_module(file.stem) for file in files]
    return [fault for module in modules for fault in getattr(module, "FAULTS", [])]
