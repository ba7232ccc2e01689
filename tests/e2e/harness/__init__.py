"""What the end-to-end tests are written with: the built binaries, a private Redis, and time."""

from harness.case import Case, needs, test
from harness.probe import Answer
from harness.redis_server import RedisServer
from harness.service import Service

__all__ = ["Answer", "Case", "RedisServer", "Service", "needs", "test"]
