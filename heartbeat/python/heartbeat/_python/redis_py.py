"""A connection to Redis by redis-py, where that is installed."""

from __future__ import annotations

import importlib.util
from typing import Any, Dict, List, Sequence

import redis  # type: ignore[import]

from heartbeat._python.redis_error import ConnectionEnded, ErrorReply, RedisError, refusal
from heartbeat._python.redis_url import Endpoint, host_text
from heartbeat._python.resp import Deadline, Reply

# redis-py removes the code from the text of these replies.
_CODES = {
    "NoPermissionError": "NOPERM", "ReadOnlyError": "READONLY", "BusyLoadingError": "LOADING",
    "MovedError": "MOVED", "AskError": "ASK", "ClusterDownError": "CLUSTERDOWN",
    "MasterDownError": "MASTERDOWN", "OutOfMemoryError": "OOM",
    "AuthenticationWrongNumberOfArgsError": "ERR", "AuthenticationError": "NOAUTH",
}  # fmt: skip


def _without_greeting() -> Dict[str, Any]:
    """So that it sends neither CLIENT SETINFO nor HELLO: a user with minimal rights may not, and
    Redis logs each refusal."""
    if int(redis.__version__.partition(".")[0]) < 5:
        return {}
    if importlib.util.find_spec("redis.driver_info") is not None:
        return {"protocol": 2, "driver_info": None}
    return {"protocol": 2, "lib_name": None, "lib_version": None}


_WITHOUT_GREETING = _without_greeting()


def _connection(endpoint: Endpoint, host: int, seconds: float) -> Any:
    arguments: Dict[str, Any] = {
        "db": endpoint.database,
        "username": endpoint.username or None,
        "password": endpoint.password or None,
        "socket_timeout": seconds,
    }
    arguments.update(_WITHOUT_GREETING)
    if endpoint.unix_path:
        return redis.UnixDomainSocketConnection(path=endpoint.unix_path, **arguments)
    name, port = endpoint.hosts[host]
    arguments.update(host=name, port=port, socket_connect_timeout=seconds)
    if endpoint.tls is None:
        return redis.Connection(**arguments)
    tls = endpoint.tls
    for option in ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_password"):
        if option in tls:
            arguments[option] = tls[option]
    arguments["ssl_cert_reqs"] = "required" if tls["verify"] else "none"
    arguments["ssl_check_hostname"] = bool(tls["check_hostname"])
    return redis.SSLConnection(**arguments)


class RedisPyConnection:
    """Connected and logged in. Raises RedisError."""

    def __init__(self, endpoint: Endpoint, deadline: Deadline):
        self._endpoint = endpoint
        failures: List[str] = []
        hosts = 1 if endpoint.unix_path else len(endpoint.hosts)
        for i in range(hosts):
            self._connection = _connection(endpoint, i, deadline.left(hosts - i))
            where = endpoint.unix_path or host_text(*endpoint.hosts[i])
            try:
                self._connection.connect()
                self._where = where
                return
            except (redis.RedisError, OSError, ValueError) as error:
                self._connection.disconnect()
                why = endpoint.redacted(str(error))
                if isinstance(error, redis.AuthenticationError) or why.startswith("WRONGPASS"):
                    why = f"{endpoint.login()}: {why}"
                failures.append(f"{where}: {why}")
        raise RedisError("; ".join(failures))

    def close(self) -> None:
        self._connection.disconnect()

    def ask(self, commands: Sequence[Sequence[bytes]], deadline: Deadline) -> List[Reply]:
        """The replies in order; an error reply is an ErrorReply."""
        replies: List[Reply] = []
        try:
            packed = self._connection.pack_commands(commands)
            self._connection.send_packed_command(packed, check_health=False)
            for _ in commands:
                replies.append(self._read_reply())
        except redis.TimeoutError:
            name = commands[len(replies)][0].decode()
            raise RedisError(
                f"{self._where}: no answer to {name} within {deadline.text()}"
            ) from None
        except (redis.BusyLoadingError, redis.AuthenticationError) as error:
            # redis-py has closed the connection: there are no further replies.
            name = commands[len(replies)][0].decode()
            raise refusal(name, self._error_reply(error)) from None
        except (redis.RedisError, OSError) as error:
            kind = RedisError if replies else ConnectionEnded
            raise kind(f"{self._where}: {self._endpoint.redacted(str(error))}") from None
        return replies

    def _read_reply(self) -> Reply:
        try:
            reply: Reply = self._connection.read_response()
            return reply
        except redis.ResponseError as error:
            return self._error_reply(error)

    def _error_reply(self, error: Exception) -> ErrorReply:
        code = _CODES.get(type(error).__name__)
        text = self._endpoint.redacted(str(error))
        return ErrorReply(f"{code} {text}" if code else text)
