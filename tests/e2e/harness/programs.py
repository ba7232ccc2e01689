"""The server programs of this machine: Redis, or Valkey where there is no Redis."""

import shutil

NAMES = ("redis-server", "valkey-server")


def server_program():
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError(f"none of {', '.join(NAMES)} is in PATH")
