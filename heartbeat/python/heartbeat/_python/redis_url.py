"""Reads the URL of a Redis, as redis-py does. Errors show no part of a password."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import quote, unquote

from heartbeat._python.texts import SHOWN_BYTES, printable

_EXAMPLE = "redis://HOST:PORT or unix:///PATH"
_SERVERS = "redis", "rediss", "valkey", "valkeys", "redis+ssl", "redis+tls"
_TLS = "rediss", "valkeys", "redis+ssl", "redis+tls"
_SOCKETS = (
    "unix", "redis+socket", "redis-socket", "redis+unix", "valkey+socket",
)  # fmt: skip
_CONTROL_OR_SPACE = re.compile("[\x00-\x20\x7f]")


class UrlError(Exception):
    """What is wrong with a URL or a file of secrets, without secrets."""


class Endpoint:
    """Where Redis is, and how to log in."""

    def __init__(self) -> None:
        self.hosts: List[Tuple[str, int]] = [("127.0.0.1", 6379)]
        self.unix_path = ""  # not empty: a unix socket, and hosts are ignored
        self.username = self.password = self.password_variable = ""
        self.database = 0
        self.tls: Optional[Dict[str, str]] = None  # the URL's options

    def where(self) -> str:
        """For messages, without secrets: `redis:6379`, `/run/redis.sock`."""
        return self.unix_path or ",".join(host_text(*host) for host in self.hosts)

    def login(self) -> str:
        """For a refused login: who logs in, and where the password is from; without secrets."""
        if not self.password:  # the user name may be the password
            return "AUTH with a user name and no password (a password alone is redis://:PASSWORD@HOST)"
        user = f" as '{self.username}'" if self.username else ""
        given = f" with {self.password_variable}" if self.password_variable else ""
        quoted = re.fullmatch("(['\"]).*\\1", self.password, re.DOTALL) is not None
        return f"AUTH{user}{given}" + (", which is in quotes" if quoted else "")

    def redacted(self, text: str) -> str:
        """The text without the passwords, plain or percent-encoded. A user name without a
        password may be the password, as in redis://SECRET@HOST."""
        secrets = [self.password, (self.tls or {}).get("ssl_password", "")]
        if not self.password and len(self.username) >= 4 and self.username != "default":
            secrets.append(self.username)
        spellings = {
            form
            for secret in secrets
            if secret
            for form in (secret, quote(secret, "", errors="surrogateescape"))
        }
        for secret in sorted(spellings, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def host_text(name: str, port: int) -> str:
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _is_true(text: str) -> bool:
    return text.lower() not in ("0", "f", "false", "n", "no")


def _read_port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise UrlError(
            f"port '{printable(text, SHOWN_BYTES)}' is not a number from 1 to 65535"
        )
    return int(text)


def _read_host(
    text: str, fallback: Tuple[str, int], after_user_info: bool
) -> Tuple[str, int]:
    if text.startswith("["):
        match = re.fullmatch(r"\[([^\]]+)\](?::(.*))?", text)
        if match is None:
            raise UrlError("the host is not [IPV6] or [IPV6]:PORT")
        name, port = match[1], match[2] or ""
    else:
        name, _, port = text.partition(":")
        if ":" in port:
            raise UrlError(
                "the port holds ':' (an IPv6 address needs brackets, as in [::1])"
            )
    name = unquote(name.lower()) or fallback[0]
    if _CONTROL_OR_SPACE.search(name):
        raise UrlError("the host holds a space or a control character")
    if not port or re.fullmatch("0+", port):  # as in redis-py, port 0 counts as no port
        return name, fallback[1]
    # In "redis://user:secret", which lacks the host, the secret is in the place of the port.
    is_number = re.fullmatch("[0-9]{1,5}", port) is not None and int(port) < 65536
    if not after_user_info and not is_number:
        raise UrlError("the port is not a number from 1 to 65535")
    return name, _read_port(port)


def _read_database(options: Dict[str, str], path: str, is_socket: bool) -> int:
    text = options.get("db", "")
    if not text and is_socket:
        text = options.get("virtual_host") or options.get("database") or ""
    if not text and not is_socket:
        in_path = unquote(path).replace("/", "")
        # Any other path is ignored, as redis-py does: users have such URLs.
        text = in_path if re.fullmatch("-?[0-9]*", in_path) else ""
    if not text:
        return 0
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) >= 2**31:
        raise UrlError(
            f"database '{printable(text, SHOWN_BYTES)}' is not a number from 0 to 2147483647"
        )
    return int(text)


def _read_tls(options: Dict[str, str]) -> Dict[str, str]:
    requirement = options.get("ssl_cert_reqs", "")
    word = requirement.lower()
    word = word[5:] if word.startswith("cert_") else word
    if word not in ("", "none", "optional", "required"):
        raise UrlError(
            f"ssl_cert_reqs '{printable(requirement, SHOWN_BYTES)}' is not one of none, "
            "optional, required"
        )
    tls = {name: value for name, value in options.items() if name.startswith("ssl_")}
    tls["verify"] = "" if word == "none" else "yes"
    check = _is_true(options.get("ssl_check_hostname", "yes"))
    tls["check_hostname"] = "yes" if check and word != "none" else ""
    return tls


def _scheme_of(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    scheme = scheme.lower()
    if not separator or not re.fullmatch("[a-z0-9+.-]{1,20}", scheme):
        raise UrlError(f"the URL has no scheme (accepted: {_EXAMPLE})")
    if "sentinel" in scheme:
        raise UrlError(
            f"{scheme}:// is not supported by the writer in Python: Sentinel needs libheartbeat.so"
        )
    if scheme not in _SERVERS + _SOCKETS:
        raise UrlError(
            f"scheme '{scheme}' is not one of redis://, rediss://, unix://, valkey://"
        )
    return scheme


def _endpoint_of(scheme: str, authority: str, path: str, query: str) -> Endpoint:
    endpoint = Endpoint()
    options: Dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if value:
            options.setdefault(unquote(name), unquote(value))
    user_info, at, hosts = authority.rpartition("@")
    username, _, password = user_info.partition(":")
    endpoint.username = unquote(username) or options.get("username", "")
    endpoint.password = unquote(password) or options.get("password", "")
    is_socket = scheme in _SOCKETS
    if is_socket:
        if hosts not in ("", "localhost"):
            raise UrlError("a unix:// URL takes a path from the root, as in unix:///run/redis.sock")
        endpoint.unix_path = unquote(path)
        if len(endpoint.unix_path) < 2:
            raise UrlError("the unix:// URL has no path (accepted: unix:///PATH)")
    else:
        port = _read_port(options["port"]) if "port" in options else 6379
        fallback = options.get("host", "127.0.0.1"), port
        parts = hosts.split(",")
        if hosts and "" in parts:
            raise UrlError("a host is missing beside a ','")
        endpoint.hosts = [_read_host(part, fallback, bool(at)) for part in parts]
    if scheme in _TLS:
        endpoint.tls = _read_tls(options)
    endpoint.database = _read_database(options, path, is_socket)
    return endpoint


def parse_url(url: str) -> Endpoint:
    url = url.rstrip("\r\n")
    if not url:
        raise UrlError(f"the URL is empty (accepted: {_EXAMPLE})")
    if url[0] in "\"'":
        raise UrlError(
            "the URL is in quotes: write it without them (docker's --env-file keeps quotes)"
        )
    if _CONTROL_OR_SPACE.search(url):
        raise UrlError("the URL holds a space or a control character: write a space as %20")
    scheme = _scheme_of(url)
    match: Any = re.fullmatch("([^/?#]*)(.*)", url.partition("://")[2], re.DOTALL)
    authority, after_hosts = match[1], match[2]
    path, _, query = after_hosts.partition("#")[0].partition("?")
    failure: Optional[UrlError] = None
    try:
        endpoint = _endpoint_of(scheme, authority, path, query)
        if scheme in _SOCKETS or not _is_password_cut_short(after_hosts):
            return endpoint
    except UrlError as error:
        failure = error
    if failure is not None and "@" not in after_hosts:
        raise failure
    # Host, port and database may be pieces of the password, which the error must not show.
    first = after_hosts[0]
    raise UrlError(f"the password seems to hold '{first}': write it as {quote(first, '')}")


def _is_password_cut_short(after_hosts: str) -> bool:
    """Whether a '/', '?' or '#' in the password has ended the authority: an '@' follows later."""
    before, at, _ = after_hosts.partition("@")
    if not at:
        return False
    _, question, query = before.partition("?")
    return "#" in before or not question or "=" not in query
