"""Values of tables in the names of tests."""

import enum

MOST = 60


def shown(value):
    """One printable ASCII line, which is cut when it is long."""
    if isinstance(value, enum.Enum):
        text = value.name
    elif isinstance(value, dict):
        text = " ".join(f"{name}={shown(one)}" for name, one in value.items())
    elif isinstance(value, (list, tuple)):
        text = " ".join(map(shown, value))
    elif isinstance(value, bytes):
        text = value.decode("ascii", "backslashreplace")
    else:
        text = str(value)
    text = "".join(one if " " <= one <= "~" else repr(one)[1:-1] for one in text)
    text = text.encode("ascii", "backslashreplace").decode() or "empty"
    return text if len(text) <= MOST else f"{text[:MOST - 20]}... of {len(text)}"
