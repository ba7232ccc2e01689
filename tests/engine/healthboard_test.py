"""healthboard in its image, as the profile of compose.yaml starts it."""

import json

from harness.case import SERVICES, StackCase

# Asked from another container of the stack's network, by the name that Compose gives it.
ASK = """
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen("http://healthboard:8686" + {path!r}, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status)
print(answer.read().decode())
"""


class Healthboard(StackCase):
    def setUp(self):
        super().setUp()
        self.stack.start_healthboard()
        self.addCleanup(self.stack.remove, "healthboard")

    def ask(self, path):
        """Status and body; nothing where nobody answers yet."""
        found = self.stack.python("redis", ASK.format(path=path))
        status, _, body = found.stdout.partition("\n")
        return (int(status), body) if status else (None, found.stderr)

    def test_it_answers_for_the_stack(self):
        self.wait_until(lambda: self.ask("/health")[0] == 200, "everything is healthy by HTTP")
        for service in SERVICES:
            self.assertIn(f'"{service}"', self.ask(f"/health/{service}")[1])
        self.assertIn('healthprobe_healthy{health_service="ingestion"} 1', self.ask("/metrics")[1])
        self.stack.tell("ingestion", "break", "websocket_connected")
        self.wait_until(lambda: self.ask("/health/ingestion")[0] == 503, "unhealthy by HTTP, too")
        self.stack.tell("ingestion", "heal", "websocket_connected")
        self.wait_until(lambda: self.ask("/health/ingestion")[0] == 200, "healthy by HTTP again")

    def test_it_is_confined(self):
        found = self.stack.inspect("healthboard")
        self.assertTrue(found["HostConfig"]["ReadonlyRootfs"])
        self.assertEqual(found["HostConfig"]["CapDrop"], ["ALL"])
        self.assertEqual([mount["Destination"] for mount in found["Mounts"]], ["/run/secrets/probe_password"])
        self.assertTrue(json.dumps(found["Config"]["Env"]).count("probe_password"))
