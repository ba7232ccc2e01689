"""Redis answers, and the answer is an error or no document."""

import contextlib
import threading

import pytest
import redis

from harness.fault import SECRET, Fault, parameters, scripted
from harness.waiting import wait_until


def replica_of_nobody(stage):
    server, client = stage.redis()
    client.config_set("replica-serve-stale-data", "no")
    client.replicaof("127.0.0.1", "1")
    return server.url


def busy(stage):
    server, client = stage.redis()
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
    wait_until(is_busy, 60, "the script is in its loop")
    return server.url


def full(stage):
    server, client = stage.redis()
    client.config_set("maxclients", "1")  # and the client is that one
    return server.url


def no_database(stage):
    server, _ = stage.redis()
    return f"{server.url}?db=16"


def nil(stage):
    server, _ = stage.redis(document=None)
    return server.url


def list_at_the_key(stage):
    server, client = stage.redis(document=None)
    client.lpush("health:ingestion", "healthy")
    return server.url


NOT_NOW = [
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
]

NO_DOCUMENT = [
    Fault("nil, real", nil, "missing"),
    Fault("WRONGTYPE, real", list_at_the_key, "wrong-type"),
]

FAULTS = [*NOT_NOW, *NO_DOCUMENT]


@pytest.mark.parametrize("fault", parameters(NOT_NOW))
def test_a_redis_that_will_not_answer_now_has_its_reason(fault_check, fault):
    fault_check.assert_found(fault)


@pytest.mark.parametrize("fault", parameters(NO_DOCUMENT))
def test_a_key_that_holds_no_document_has_its_reason(fault_check, fault):
    fault_check.assert_found(fault)
