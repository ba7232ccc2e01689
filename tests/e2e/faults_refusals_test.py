"""Redis answers, and the answer is an error or no document."""

import contextlib
import threading

import redis

from harness import test
from harness.fake_redis import HEALTHY, close
from harness.fault import SECRET, Fault, Scene, scripted
from harness.fault_case import FaultCase

KEY = "health:ingestion"


def guarded(stage):
    server, client = stage.redis()
    client.setex(KEY, 60, HEALTHY)
    return server, client


def without_password(stage):
    server, _ = guarded(stage)
    return Scene(server.url, knows_secret=False)


def other_password(stage):
    server, _ = stage.redis(password="another")
    return server.url


def nobody(stage):
    server, _ = guarded(stage)
    return Scene(server.url, user="nobody")


def open_to_all(stage):
    server, _ = stage.redis(password=None)
    return server.url


def user_with(rules, query=""):
    """A user who may read documents, but for these rules."""

    def scene(stage):
        server, client = guarded(stage)
        words = ["on", f">{SECRET}", "resetkeys", "%R~health:*", *rules.split()]
        client.execute_command("ACL", "SETUSER", "limited", *words)
        return Scene(server.url + query, user="limited")

    return scene


def nil(stage):
    server, _ = stage.redis()
    return server.url


def list_at_the_key(stage):
    server, client = stage.redis()
    client.lpush(KEY, "healthy")
    return server.url


def replica_of_nobody(stage):
    server, client = guarded(stage)
    client.config_set("replica-serve-stale-data", "no")
    client.replicaof("127.0.0.1", "1")
    return server.url


def no_database(stage):
    server, _ = guarded(stage)
    return f"{server.url}?db=16"


def busy(stage):
    server, client = guarded(stage)
    client.config_set("busy-reply-threshold", "1")

    def loop():
        with contextlib.suppress(redis.exceptions.RedisError):
            server.client(password=SECRET).eval("while true do end", 0)

    def is_busy():
        try:
            return not client.ping()
        except redis.exceptions.ResponseError as refusal:
            return "BUSY" in str(refusal)

    threading.Thread(target=loop, daemon=True).start()
    stage.wait_until(is_busy, 5, "the script is in its loop")
    return server.url


def full(stage):
    server, client = guarded(stage)
    client.config_set("maxclients", "1")  # and the client is that one
    return server.url


def echo(peer):
    words = " ".join(f"'{word.decode()}'" for word in peer.words[1:])
    peer.send(f"-ERR unknown command 'AUTH', with args beginning with: {words}")


def echo_cut_short(peer):
    """As Redis does it with a long one."""
    part = peer.words[-1][:9].decode()
    peer.send(f"-ERR unknown command 'AUTH', with args beginning with: '{part}")

FAULTS = [
    # The secret
    Fault("NOAUTH, real", without_password, "auth", "NOAUTH|password"),
    Fault("WRONGPASS, real", other_password, "auth"),
    Fault("WRONGPASS for a user, real", nobody, "auth"),
    Fault("AUTH where no password is configured, real", open_to_all, "auth"),
    Fault("a wrong password, before Redis 6", scripted(AUTH="-ERR invalid password"), "auth"),
    Fault("AUTH is unknown, and echoed", scripted(AUTH=echo), "redis-error"),
    Fault("AUTH is unknown, and half echoed", scripted(AUTH=echo_cut_short), "redis-error"),
    # The access list
    Fault("NOPERM for GETRANGE, real", user_with("+@all -getrange"), "denied", "(?i)getrange"),
    Fault("NOPERM for PTTL, real", user_with("+@all -pttl"), "denied", "(?i)pttl"),
    Fault("NOPERM for SELECT, real", user_with("+@all -select", "?db=1"), "denied", "(?i)select"),
    Fault("NOPERM for the key, real", user_with("resetkeys ~other:* +@all"), "denied"),
    Fault(
        "protected mode",
        scripted(accept=["-DENIED Redis is running in protected mode", close]),
        "denied",
    ),
    # Not now
    Fault("LOADING", scripted(GETRANGE="-LOADING Redis is loading", PTTL="-LOADING"), "loading"),
    Fault("MASTERDOWN, real", replica_of_nobody, "redis-error", "MASTERDOWN"),
    Fault("BUSY, real", busy, "redis-error", "BUSY"),
    Fault("READONLY", scripted(GETRANGE="-READONLY You can't write"), "redis-error", "READONLY"),
    Fault("MISCONF", scripted(GETRANGE="-MISCONF Errors with RDB"), "redis-error", "MISCONF"),
    Fault("OOM", scripted(GETRANGE="-OOM command not allowed"), "redis-error", "OOM"),
    Fault("max clients, real", full, "redis-error", "max number of clients"),
    Fault("no such database, real", no_database, "redis-error", "SELECT"),
    Fault("a proxy without GETRANGE", scripted(GETRANGE="-ERR unknown command"), "redis-error"),
    Fault("an error for PTTL alone", scripted(PTTL="-ERR unknown command"), "redis-error"),
    # No document
    Fault("nil, real", nil, "missing"),
    Fault("WRONGTYPE, real", list_at_the_key, "wrong-type"),
]


class Refusals(FaultCase):
    @test("an answer of Redis that is an error or no document has its reason", seconds=12)
    def test_refusals(self):
        self.check_all(FAULTS)
