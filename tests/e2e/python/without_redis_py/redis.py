"""Hides redis-py from a service, as if it were not installed."""

raise ImportError("redis-py is hidden")
