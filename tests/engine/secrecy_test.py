"""No password where an engine, its logs or its events would show it."""

import hashlib

from harness.case import SERVICES, StackCase


class Secrecy(StackCase):
    def places(self):
        """All that docker(1) tells of the stack and its images."""
        docker = self.engine.docker
        for service in ("redis", *SERVICES):
            container = self.stack.id(service)
            yield f"inspect {service}", docker("inspect", container).stdout
            yield f"top {service}", docker("top", container, "-eo", "pid,args").stdout
            logs = docker("logs", container)
            yield f"logs {service}", logs.stdout + logs.stderr
            yield f"diff {service}", docker("diff", container).stdout
        for target in ("healthprobe", *self.targets):
            name = self.images.name(target)
            yield f"history of image {target}", docker("history", "--no-trunc", name).stdout
            yield f"inspect image {target}", docker("image", "inspect", name).stdout
        yield "events", self.stack.seen_events()

    def test_no_password_is_shown(self):
        refused = self.stack.probe("ingestion", "--redis", "redis://writer:wrong@redis", "ingestion")
        self.assertIn("[auth]", refused.stdout)
        places = dict(self.places())
        # What must be there, for the search to mean anything.
        self.assertIn("healthy", places["inspect ingestion"])
        self.assertIn("redis-server", places["top redis"])
        self.assertIn("started", places["logs ingestion"])
        self.assertIn("ENTRYPOINT", places["history of image ingestion"])
        self.assertIn("exec_create: healthprobe", places["events"])
        for user, password in self.stack.passwords.items():
            self.assertEqual(len(password), 48)
            for secret in (password, hashlib.sha256(password.encode()).hexdigest()):
                for place, text in places.items():
                    self.assertFalse(secret in text, f"{place} shows the password of {user}")
