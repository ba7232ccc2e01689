"""Which Redis: the argument or variables, and what the URL leaves out."""

from __future__ import annotations

from typing import Dict, List, Mapping, Tuple

from heartbeat._python.redis_url import Endpoint, UrlError, parse_url

NO_REDIS = "none"
_URLS = "HEARTBEAT_REDIS_URL", "REDIS_URL"
_MAX_FILE_BYTES = 64 * 1024


def variable(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "")
    if value.startswith("\ufeff"):  # from a file that begins with a BOM
        value = value[1:]
    return value[:-1] if value.endswith("\r") else value  # from a file with Windows line ends


def captured(environment: Mapping[str, str]) -> Dict[str, str]:
    """The variables that matter, as they are now; files are read again for every connection."""
    names = [*_URLS, "REDIS_USERNAME", "REDIS_PASSWORD", "REDISCLI_AUTH"]
    names += [name + "_FILE" for name in names]
    return {name: environment[name] for name in names if environment.get(name)}


def source_of_none(url: str, environment: Mapping[str, str]) -> str:
    """What says that there is no Redis: `redis_url` or a variable; "" if there is one."""
    if url:
        return "redis_url" if url == NO_REDIS else ""
    for name in _URLS:
        value = variable(environment, name)
        if value:
            return name if value == NO_REDIS else ""
        if variable(environment, name + "_FILE"):
            return ""
    return ""


def _read_file(name: str, path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UrlError(f"{name}: cannot read {path}: {error.strerror}") from None
    if len(content) > _MAX_FILE_BYTES:
        raise UrlError(f"{name}: cannot read {path}: larger than 64 KiB")
    text = content.decode("utf-8-sig", "surrogateescape").rstrip("\r\n")
    if not text:
        raise UrlError(f"{name}: {path} is empty")
    return text


def _read(variables: Mapping[str, str], names: List[str]) -> Tuple[str, str]:
    """The first variable that is set, and its text; NAME_FILE, which names a file, comes after
    NAME."""
    for name in names:
        value = variable(variables, name)
        if value:
            return name, value
        path = variable(variables, name + "_FILE")
        if path:
            return name + "_FILE", _read_file(name + "_FILE", path)
    return "", ""


def endpoint_from(url: str, variables: Mapping[str, str]) -> Endpoint:
    """Raises UrlError, which names the variable."""
    if url:
        endpoint = parse_url(url)
    else:
        name, text = _read(variables, list(_URLS))
        try:
            endpoint = parse_url(text) if name else Endpoint()
        except UrlError as error:
            raise UrlError(f"{name}: {error}") from None
    if not endpoint.username:
        endpoint.username = _read(variables, ["REDIS_USERNAME"])[1]
    if not endpoint.password:
        name, endpoint.password = _read(variables, ["REDIS_PASSWORD", "REDISCLI_AUTH"])
        endpoint.password_variable = name
    return endpoint
