"""Masks what looks like a secret in the texts of the service; FORMAT.md says what does."""

from __future__ import annotations

from heartbeat._python.texts import cut

_NAMES = "password", "passwd", "pwd", "secret", "token", "api_key", "apikey"
_MASK = "***"
_SPACES, _QUOTES = " \t\r\n", "\"'"
_AFTER_HOST = _SPACES + _QUOTES + "/?#"


def mask_secrets(text: str) -> str:
    text = _mask_urls(text)
    for name in _NAMES:
        text = _mask_assignments(text, name)
    return text


def cut_before_mask(text: str, max_bytes: int) -> str:
    """The first bytes of a text in UTF-8 that is masked later: not within a character, and not within the user part of
    a URL, which is left out whole, since it could not be told from a host without its `@`."""
    kept = cut(text.encode("utf-8", "replace"), max_bytes)
    found = kept.rfind("://")
    if len(kept) == len(text) or found < 0:
        return kept
    user = found + 3
    return kept if text.find("@", len(kept), _first_of(text, _AFTER_HOST, user)) < 0 else kept[:user]


def _first_of(text: str, characters: str, begin: int) -> int:
    """Where the first of these characters is; the length of the text if none is there."""
    found = [at for at in (text.find(c, begin) for c in characters) if at >= 0]
    return min(found, default=len(text))


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _mask_urls(text: str) -> str:
    found = text.find("://")
    while found >= 0:
        begin = following = found + 3
        end = _first_of(text, _AFTER_HOST, begin)
        host = text.rfind("@", begin, end)
        if host >= 0:
            colon = text.find(":", begin, host)
            secret = colon + 1 if colon >= 0 else begin
            following = secret
            if secret < host:
                text = text[:secret] + _MASK + text[host:]
                following = secret + len(_MASK)
        found = text.find("://", following)
    return text


def _value_after(text: str, end: int) -> int:
    """Where the value begins that is assigned to the name that ends at `end`; -1: none is."""
    quoted = end < len(text) and text[end] in _QUOTES
    at = _skip_spaces(text, end + 1 if quoted else end)
    if at >= len(text) or not (text[at] == "=" or (quoted and text[at] == ":")):
        return -1
    at = _skip_spaces(text, at + 1)
    return at if at < len(text) else -1


def _end_of_value(text: str, begin: int) -> int:
    if text[begin - 1] in _QUOTES:
        end = text.find(text[begin - 1], begin)
        return len(text) if end < 0 else end
    return _first_of(text, _SPACES + _QUOTES + "&;,)}", begin)


def _lower(text: str) -> str:
    """Of ASCII only, so that positions stay those of the text."""
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def _mask_assignments(text: str, name: str) -> str:
    start = 0
    while True:
        found = _lower(text).find(name, start)
        if found < 0:
            return text
        start = found + len(name)
        value = _value_after(text, start)
        if value < 0:
            continue
        if text[value] in _QUOTES:
            value += 1
        end = _end_of_value(text, value)
        start = value
        if value < end:
            text = text[:value] + _MASK + text[end:]
            start = value + len(_MASK)
