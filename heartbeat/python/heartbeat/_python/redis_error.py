"""What may go wrong with Redis, in words without secrets."""

from __future__ import annotations

from typing import Optional

_MAX_REPLY_BYTES = 300
_ADVICE = {
    "NOAUTH": "give a password: REDIS_PASSWORD, REDIS_PASSWORD_FILE or the URL",
    "READONLY": "this is a replica: name its master",
    "MISCONF": "Redis cannot save to disk and takes no writes",
    "OOM": "Redis is full",
    "BUSY": "a script blocks Redis",
    "MASTERDOWN": "a replica that has lost its master",
    "MOVED": "a cluster: the writer in Python does not follow it, libheartbeat.so does",
    "ASK": "a cluster: the writer in Python does not follow it, libheartbeat.so does",
    "CLUSTERDOWN": "the cluster has no node for this key",
}


class RedisError(Exception):
    """Redis was not reached, or did not do what it was asked."""


class ConnectionEnded(RedisError):
    """The connection ended before the first answer: maybe it was idle for too long."""


class ErrorReply(str):
    """The text of an error reply, such as `NOPERM this user has ...`."""


def refusal(command: str, reply: str) -> RedisError:
    word = reply.partition(" ")[0]
    if word == "DENIED":  # sent before any command
        return RedisError(
            "DENIED: Redis is in protected mode: until it has a password it takes only local "
            "clients"
        )
    reply = reply.partition(" with args beginning with")[0].rstrip(",")  # the command's own words
    text = f"{command}: {reply[:_MAX_REPLY_BYTES]}" + ("..." if len(reply) > _MAX_REPLY_BYTES else "")
    advice: Optional[str] = _ADVICE.get(word)
    return RedisError(f"{text} ({advice})" if advice else text)
