"""Python services that write their keys themselves, checked as existing-stack.yaml shows."""

import os

from harness.images import PROJECT
from harness.waiting import Watch

# It is healthy while its inbox is there: /tmp.
EXAMPLE = os.path.join(PROJECT, "docs/examples/without_library.py")


def test_python_services_with_the_lines_of_the_example(engine, running_stack, cleanup):
    services = ("ingestion", "worker-1", "worker-2")
    with open(EXAMPLE) as file:
        stack = running_stack.existing(file.read(), services)
    cleanup(stack.down)
    watch = Watch(stack)
    watch.wait_for("healthy", ("redis", *services))
    engine.docker("exec", stack.id("worker-1"), "rm", "-rf", "/tmp")
    watch.wait_for("unhealthy", ("worker-1",))
    assert "worker-1 unhealthy [unhealthy]: no inbox" in stack.last_line("worker-1")
    assert stack.health("worker-2")[0] == "healthy"
