"""Python services that write their keys themselves, checked as existing-stack.yaml shows."""

from harness.case import Case

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


class ExistingStack(Case):
    def test_python_services_with_the_lines_of_the_example(self):
        services = ("ingestion", "worker-1", "worker-2")
        stack = self.stack.existing(SERVICE, services)
        self.addCleanup(stack.down)
        self.wait_until(
            lambda: set(stack.statuses(("redis", *services)).values()) == {"healthy"}, "all healthy"
        )
        command = "echo -n unhealthy >/tmp/status"
        self.engine.docker("exec", stack.id("worker-1"), "sh", "-c", command)
        self.wait_until(lambda: stack.health("worker-1")[0] == "unhealthy", "worker-1 unhealthy")
        self.assertIn("worker-1 unhealthy [unhealthy]", stack.last_line("worker-1"))
        self.assertEqual(stack.health("worker-2")[0], "healthy")
