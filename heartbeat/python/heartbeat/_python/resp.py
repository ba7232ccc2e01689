"""A connection to Redis over a socket, with TLS from Python's ssl."""

from __future__ import annotations

import encodings.idna  # noqa: F401  getaddrinfo() would import it while a process may fork
import socket
import time
from typing import Any, List, Sequence, Union

try:
    import ssl
except ImportError:  # this Python has none
    ssl = None  # type: ignore[assignment]

from heartbeat._python.redis_error import ConnectionEnded, ErrorReply, RedisError, refusal
from heartbeat._python.redis_url import Endpoint, host_text
from heartbeat._python.texts import format_duration

Reply = Union[bytes, int, None, ErrorReply]  # no command that is asked answers with an array
_MAX_REPLY = 65536  # bytes; it asks for IDENTITY_BYTES at most


class Deadline:
    """The moment at which a call must have ended."""

    def __init__(self, seconds: float):
        self.limit_ms = round(seconds * 1000)
        self._at = time.monotonic() + seconds

    def is_over(self) -> bool:
        return time.monotonic() >= self._at

    def left(self, share: int = 1) -> float:
        """In seconds; of a socket, 0 would mean that it does not wait at all."""
        return max(0.001, (self._at - time.monotonic()) / share)

    def text(self) -> str:
        return format_duration(self.limit_ms)


def _in_words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _connect_to(family: int, address: Any, seconds: float, deadline: Deadline) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
        return connection
    except socket.timeout:
        connection.close()
        raise RedisError(f"no connection within {deadline.text()}") from None
    except OSError as error:
        connection.close()
        raise RedisError(_in_words(error)) from None


def _connect_to_host(name: str, port: int, share: int, deadline: Deadline) -> socket.socket:
    try:
        found = socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM)
    except OSError as error:  # also gaierror
        raise RedisError(f"'{name}': {_in_words(error)}") from None
    except UnicodeError:
        raise RedisError(f"'{name}' is no name of a host") from None
    failures: List[str] = []
    for i, (family, _, _, _, address) in enumerate(found):
        try:
            seconds = deadline.left(share * (len(found) - i))
            connection = _connect_to(family, address, seconds, deadline)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except RedisError as error:
            if str(error) not in failures:
                failures.append(str(error))
    raise RedisError(f"{host_text(name, port)}: {'; '.join(failures)}")


def _secured(connection: socket.socket, endpoint: Endpoint, host: str) -> socket.socket:
    tls = endpoint.tls or {}
    if ssl is None:
        raise RedisError("TLS: this Python has no module ssl")
    try:
        context = ssl.create_default_context(
            cafile=tls.get("ssl_ca_certs"), capath=tls.get("ssl_ca_path")
        )
        context.check_hostname = bool(tls["check_hostname"])
        if not tls["verify"]:
            context.verify_mode = ssl.CERT_NONE
        if "ssl_certfile" in tls:
            context.load_cert_chain(
                tls["ssl_certfile"], tls.get("ssl_keyfile"), lambda: tls.get("ssl_password", "")
            )
        return context.wrap_socket(connection, server_hostname=host)
    except (OSError, ValueError) as error:  # also ssl.SSLError
        why = getattr(error, "verify_message", "") or str(error)
        raise RedisError(f"TLS: {why}") from None


class SocketConnection:
    """Connected and logged in. Raises RedisError."""

    def __init__(self, endpoint: Endpoint, deadline: Deadline):
        self._endpoint = endpoint
        self._where = endpoint.where()
        self._socket = self._connect(deadline)
        self._buffer = b""
        self._heard = False
        try:
            self._log_in(deadline)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def ask(self, commands: Sequence[Sequence[bytes]], deadline: Deadline) -> List[Reply]:
        """The replies in order; an error reply is an ErrorReply."""
        self._heard = False
        name = commands[0][0].decode()
        request = b"".join(
            b"*%d\r\n" % len(command)
            + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in command)
            for command in commands
        )
        try:
            self._socket.settimeout(deadline.left())
            self._socket.sendall(request)
            return [self._read_reply(deadline) for _ in commands]
        except socket.timeout:
            raise RedisError(
                f"{self._where}: no answer to {name} within {deadline.text()}"
            ) from None
        except OSError as error:
            raise self._ended(_in_words(error)) from None

    def _connect(self, deadline: Deadline) -> socket.socket:
        endpoint = self._endpoint
        if endpoint.unix_path:
            if not hasattr(socket, "AF_UNIX"):
                raise RedisError(f"{self._where}: this system has no unix sockets")
            try:
                seconds = deadline.left()
                return _connect_to(socket.AF_UNIX, endpoint.unix_path, seconds, deadline)
            except RedisError as error:
                raise RedisError(f"{self._where}: {error}") from None
        failures = []
        for i, (name, port) in enumerate(endpoint.hosts):
            try:
                connection = _connect_to_host(name, port, len(endpoint.hosts) - i, deadline)
                if endpoint.tls is None:
                    return connection
                try:
                    connection.settimeout(deadline.left())
                    return _secured(connection, endpoint, name)
                except RedisError as error:
                    connection.close()
                    raise RedisError(f"{host_text(name, port)}: {error}") from None
            except RedisError as error:
                failures.append(str(error))
        raise RedisError("; ".join(failures))

    def _log_in(self, deadline: Deadline) -> None:
        endpoint = self._endpoint
        if endpoint.username or endpoint.password:
            words = [endpoint.username, endpoint.password] if endpoint.username else []
            words = words or [endpoint.password]
            encoded = [word.encode("utf-8", "surrogateescape") for word in words]
            self._demand(endpoint.login(), [b"AUTH", *encoded], deadline)
        if endpoint.database:
            number = str(endpoint.database)
            self._demand(f"SELECT {number}", [b"SELECT", number.encode()], deadline)

    def _demand(self, label: str, command: List[bytes], deadline: Deadline) -> None:
        (reply,) = self.ask([command], deadline)
        if isinstance(reply, ErrorReply):
            raise refusal(label, reply)

    def _ended(self, why: str) -> RedisError:
        if self._heard:
            return RedisError(f"{self._where}: {why}")
        return ConnectionEnded(f"{self._where}: {why}")

    def _receive(self, deadline: Deadline) -> None:
        if deadline.is_over():  # a server that sends byte by byte lets no recv time out
            raise socket.timeout
        self._socket.settimeout(deadline.left())
        received = self._socket.recv(65536)
        if not received:
            raise self._ended("connection closed")
        self._heard = True
        self._buffer += received

    def _read_line(self, deadline: Deadline) -> bytes:
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > _MAX_REPLY:
                raise self._is_no_redis()
            self._receive(deadline)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _read_reply(self, deadline: Deadline) -> Reply:
        line = self._read_line(deadline)
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b"-":
            return ErrorReply(self._endpoint.redacted(rest.decode("utf-8", "replace")))
        try:
            number = int(rest)
        except ValueError:
            raise self._is_no_redis() from None
        if kind == b":":
            return number
        if kind != b"$" or number > _MAX_REPLY:
            raise self._is_no_redis()
        if number < 0:
            return None
        while len(self._buffer) < number + 2:
            self._receive(deadline)
        value, self._buffer = self._buffer[:number], self._buffer[number + 2 :]
        return value

    def _is_no_redis(self) -> RedisError:
        return RedisError(f"{self._where} does not speak the Redis protocol")
