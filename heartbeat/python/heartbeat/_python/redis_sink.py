"""Writes the document and the roster to Redis, and notices other writers of the key."""

from __future__ import annotations

import time
from typing import Any, Callable, List, NamedTuple, Optional

from heartbeat._python.config import Config
from heartbeat._python.document import IDENTITY_BYTES, read_writer_identity
from heartbeat._python.host import suspended_since_boot
from heartbeat._python.redis_error import ConnectionEnded, ErrorReply, RedisError, refusal
from heartbeat._python.redis_url import Endpoint, UrlError
from heartbeat._python.resp import Deadline, SocketConnection
from heartbeat._python.rival import DuplicateWriterDetector, Observation
from heartbeat._python.secrets_mask import mask_secrets
from heartbeat._python.texts import MS, SECOND, printable
from heartbeat._python.writer_state import MAX_ERROR_BYTES, Beat, Lateness, SharedWriter
from heartbeat._values import Writer

_LAST_BYTE = str(IDENTITY_BYTES - 1).encode()


def connection_type() -> Callable[[Endpoint, Deadline], Any]:
    """That of redis-py if it is installed, else that of a socket."""
    try:
        from heartbeat._python.redis_py import RedisPyConnection
    except Exception:  # it is not, or it cannot be imported
        return SocketConnection
    return RedisPyConnection


class _Link:
    """A connection, and what Redis allows it to do."""

    def __init__(self, connection: Any):
        self.connection = connection
        self.is_used = False
        self.may_read = True  # Redis has not denied GETRANGE
        self.may_write_roster = True  # Redis has not denied ZADD


class _Previous(NamedTuple):
    """What the key held: the beginning of a document; None: Redis denied GETRANGE."""

    beginning: Optional[bytes]
    unbroken: bool = False
    is_kept: bool = False  # the last document was not written, because another process lives


class RedisSink:
    """Used by one thread. A failed write drops the connection: the next one looks up the name and
    reads the settings again."""

    def __init__(
        self, config: Config, instance_id: str, writer: SharedWriter, log: Callable[[str], None]
    ):
        self._config, self._instance_id, self._writer, self._log = config, instance_id, writer, log
        self._key = config.key.encode("utf-8", "surrogateescape")
        self._roster = config.roster.encode("utf-8", "surrogateescape")
        self._ttl = str(config.ttl_ms // 1000).encode()
        self._detector = DuplicateWriterDetector(instance_id, config.interval_ms, config.ttl_ms)
        # Not in the beat thread: a process that is forked during an import never ends that import.
        self._connection_type = connection_type()
        self._link: Optional[_Link] = None
        self._last_link: Optional[_Link] = None  # of the last accepted write, if none failed since
        self._connects = 0
        self._accepted = self._vanished = False  # the last write

    def condition(self, lateness: Lateness) -> Writer:
        self._writer.update(**lateness.describe())
        return self._writer.read()

    def write(self, beat: Beat, deadline: Deadline) -> bool:
        if beat.is_last and self._detector.has_rival():
            return True  # it goes on
        began, suspended = time.monotonic_ns(), suspended_since_boot()
        was_accepted, self._accepted = self._accepted, False
        failure, previous = "", None
        try:
            previous = self._replace(beat, deadline)
        except (RedisError, UrlError) as error:
            failure = str(error)
        except Exception as error:  # of redis-py or the resolver: the service goes on
            failure = mask_secrets(f"{type(error).__name__}: {error}")
        ended = time.monotonic_ns()
        self._writer.update(
            last_write=(ended - began) // MS / 1000, reconnects=max(0, self._connects - 1)
        )
        if previous is None:
            self._drop_link()
            self._note_failure(printable(failure, MAX_ERROR_BYTES), was_accepted)
            return False
        self._accepted = True
        if previous.is_kept:
            return True
        # These times go on while the machine is suspended, as Redis's clock does.
        self._note_previous(previous, began + suspended, ended + suspended_since_boot())
        if not was_accepted and self._writer.read().failed_writes > 0:
            self._log("Redis accepts beats again")
        return True

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link.connection.close()
        self._link = self._last_link = None

    def _connect(self, deadline: Deadline) -> _Link:
        assert self._config.find_redis is not None
        self._link = _Link(self._connection_type(self._config.find_redis(), deadline))
        self._connects += 1
        return self._link

    def _replace(self, beat: Beat, deadline: Deadline) -> _Previous:
        link = self._link or self._connect(deadline)
        try:
            return self._replace_over(link, beat, deadline)
        except ConnectionEnded:
            if not link.is_used:
                raise
        # An idle connection that had been closed is no failed write.
        link.connection.close()
        return self._replace_over(self._connect(deadline), beat, deadline)

    def _replace_over(self, link: _Link, beat: Beat, deadline: Deadline) -> _Previous:
        commands: List[List[bytes]] = []
        reads = link.may_read
        if reads:
            commands.append([b"GETRANGE", self._key, b"0", _LAST_BYTE])
        commands.append([b"SETEX", self._key, self._ttl, beat.text])
        if link.may_write_roster:
            commands += self._roster_commands(beat)
        if beat.is_last and reads and self._another_lives(link, deadline):
            return _Previous(None, is_kept=True)
        replies = link.connection.ask(commands, deadline)
        link.is_used = True
        written = replies[1 if reads else 0]
        if isinstance(written, ErrorReply):
            raise refusal("SETEX", written)
        if isinstance(replies[-1], ErrorReply):
            link.may_write_roster = False
        unbroken, self._last_link = self._last_link is link, link
        found = replies[0] if reads else None
        if isinstance(found, ErrorReply):
            # WRONGTYPE is no denial: the key held another type, and SETEX has replaced it.
            link.may_read = found.startswith("WRONGTYPE")
        return _Previous(found if isinstance(found, bytes) else None, unbroken)

    def _roster_commands(self, beat: Beat) -> List[List[bytes]]:
        seconds, rest = divmod(beat.written_at, SECOND)
        score = f"{seconds}.{rest // MS:03}".encode()
        leaves = beat.is_last and self._config.instance
        member = self._config.member.encode()
        own = [b"ZADD", self._roster, b"-" + score if leaves else score, member]
        if self._config.is_by_host:
            own += [score, member + b"%h"]
        return [[b"ZADD", self._roster, b"NX", score, b":since"], own]

    def _another_lives(self, link: _Link, deadline: Deadline) -> bool:
        """Whether the key holds the document of another process that has not stopped."""
        (found,) = link.connection.ask([[b"GETRANGE", self._key, b"0", _LAST_BYTE]], deadline)
        if not isinstance(found, bytes) or not found:
            return False
        other = read_writer_identity(found)
        own = other.instance is not None and other.instance.get("id") == self._instance_id
        return not other.farewell and not own

    def _note_failure(self, text: str, was_accepted: bool) -> None:
        writer = self._writer.read()
        self._writer.update(failed_writes=writer.failed_writes + 1, last_error=text)
        if was_accepted or writer.last_error != text:
            self._log(text)

    def _note_previous(self, previous: _Previous, began: int, ended: int) -> None:
        had_rival, vanished_before = self._detector.has_rival(), self._detector.vanished
        if previous.beginning is None:
            self._detector.cannot_observe()
        else:
            self._detector.observe(
                Observation(previous.beginning, previous.unbroken, began, ended)
            )
        rival = self._detector.rival()
        self._writer.update(vanished=self._detector.vanished, rival=rival)
        vanishes = self._detector.vanished > vanished_before
        was_vanishing, self._vanished = self._vanished, vanishes
        key = printable(self._config.key)
        if vanishes and not was_vanishing:
            self._log(f"{key} had vanished: evicted, flushed or deleted")
        if not had_rival and rival:
            self._log(f"{key} is also written by {rival}")
        if had_rival and not rival:
            self._log(f"{key} has no other writer any more")
