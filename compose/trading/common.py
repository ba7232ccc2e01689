"""What all services share: settings, and an error in a few words."""

from __future__ import annotations

import os
import pathlib
from typing import Any

# For psycopg: a server that does not answer is an error after some seconds, never a hang.
DATABASE_LIMITS: dict[str, Any] = {"connect_timeout": 3, "options": "-c statement_timeout=5000"}


def setting(name: str, default: str = "") -> str:
    """The variable NAME, or the content of the file that NAME_FILE names: a secret."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    return pathlib.Path(file).read_text().strip() if file and not value else value or default


def words(error: BaseException) -> str:
    """Why it failed, without line breaks. pika's errors are often empty but for their cause."""
    while not str(error) and error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    text = str(error) or repr(error)
    return " ".join(text.split())
