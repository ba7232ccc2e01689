"""Who writes the document: libheartbeat.so, or this package itself."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any

from heartbeat._find_library import NoLibrary


def _failed(reason: str) -> ImportError:
    """With the package's name, `python -m heartbeat` prints one line instead of a traceback."""
    return ImportError(reason, name="heartbeat")


def _choose() -> Any:
    """The module `_library` or `_python`, whose functions are the same."""
    wanted = os.environ.get("HEARTBEAT_IMPLEMENTATION", "")
    if wanted not in ("", "library", "python"):
        raise _failed(f"heartbeat: HEARTBEAT_IMPLEMENTATION={wanted} is neither library nor python")
    if wanted != "python":
        try:
            return importlib.import_module("heartbeat._library")
        except ImportError as error:
            if wanted == "library":
                raise _failed(str(error)) from None
            if not isinstance(error, NoLibrary):
                logging.getLogger("heartbeat").warning("%s: the writer in Python replaces it", error)
    return importlib.import_module("heartbeat._python")


backend = _choose()
