"""No password where an engine, its logs or its events would show it."""

import hashlib

from harness.images import SERVICES as TARGETS
from harness.stack import SERVICES


def places(engine, images, stack):
    """All that docker(1) tells of the stack and its images."""
    docker = engine.docker
    for service in ("redis", *SERVICES):
        container = stack.id(service)
        yield f"inspect {service}", docker("inspect", container).stdout
        yield f"top {service}", docker("top", container, "-eo", "pid,args").stdout
        logs = docker("logs", container)
        yield f"logs {service}", logs.stdout + logs.stderr
        yield f"diff {service}", docker("diff", container).stdout
    for target in ("healthprobe", *TARGETS):
        name = images.name(target)
        yield f"history of image {target}", docker("history", "--no-trunc", name).stdout
        yield f"inspect image {target}", docker("image", "inspect", name).stdout
    yield "events", stack.seen_events()


def test_no_password_is_shown(engine, images, stack):
    refused = stack.probe("ingestion", "--redis", "redis://writer:wrong@redis", "ingestion")
    assert "[auth]" in refused.stdout
    shown = dict(places(engine, images, stack))
    # What must be there, for the search to mean anything.
    assert "healthy" in shown["inspect ingestion"]
    assert "redis-server" in shown["top redis"]
    assert "started" in shown["logs ingestion"]
    assert "ENTRYPOINT" in shown["history of image ingestion"]
    assert "exec_create: healthprobe" in shown["events"]
    for user, password in stack.passwords.items():
        assert len(password) == 48
        for secret in (password, hashlib.sha256(password.encode()).hexdigest()):
            for place, text in shown.items():
                # Not a plain assert, which would print the text.
                if secret in text:
                    raise AssertionError(f"{place} shows the password of {user}")
