"""Python services that write their keys themselves, checked as existing-stack.yaml shows."""

from harness.waiting import Watch

# What such a service does; the word in the file is its health.
SERVICE = """
import json, os, pathlib, time, redis
client = redis.from_url(os.environ["REDIS_URL"])
word = pathlib.Path("/tmp/status")
word.write_text("healthy")
while True:
    beat = json.dumps({"status": word.read_text(), "processed_count": 7})
    client.setex("health:" + os.environ["HEARTBEAT_SERVICE"], 60, beat)
    time.sleep(0.5)
"""


def test_python_services_with_the_lines_of_the_example(engine, running_stack, cleanup):
    services = ("ingestion", "worker-1", "worker-2")
    stack = running_stack.existing(SERVICE, services)
    cleanup(stack.down)
    watch = Watch(stack)
    watch.wait_for("healthy", ("redis", *services))
    command = "echo -n unhealthy >/tmp/status"
    engine.docker("exec", stack.id("worker-1"), "sh", "-c", command)
    watch.wait_for("unhealthy", ("worker-1",))
    assert "worker-1 unhealthy [unhealthy]" in stack.last_line("worker-1")
    assert stack.health("worker-2")[0] == "healthy"
