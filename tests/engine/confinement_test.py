"""What a service may do: nothing that it has no need of."""

import unittest

from harness.case import SERVICES, StackCase
from harness.engine import PrivateEngine


class Confinement(StackCase):
    def status_of(self, pid):
        with open(f"{self.engine.proc}/{pid}/status") as status:
            return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)

    def test_the_engine_was_told_so(self):
        for service in ("redis", *SERVICES):
            found = self.stack.inspect(service)
            host = found["HostConfig"]
            self.assertRegex(found["Config"]["User"], r"^[1-9]\d*:[1-9]\d*$")
            self.assertTrue(host["ReadonlyRootfs"], service)
            self.assertFalse(host["Privileged"], service)
            self.assertEqual(host["CapDrop"], ["ALL"])
            self.assertFalse(host["CapAdd"])
            self.assertIn("no-new-privileges:true", host["SecurityOpt"])

    def test_and_the_kernel_too(self):
        if not isinstance(self.engine, PrivateEngine):
            raise unittest.SkipTest("the processes of this engine may be those of another machine")
        for service in ("redis", *SERVICES):
            pid = self.stack.inspect(service)["State"]["Pid"]
            status = self.status_of(pid)
            self.assertNotIn("0", status["Uid"].split(), service)
            self.assertNotIn("0", status["Gid"].split(), service)
            for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(int(status[capabilities], 16), 0, f"{service} {capabilities}")
            self.assertEqual(status["NoNewPrivs"], "1")
            with open(f"{self.engine.proc}/{pid}/mountinfo") as mounts:
                root = next(line.split() for line in mounts if line.split()[4] == "/")
            self.assertIn("ro", root[5].split(","), service)

    def test_a_service_has_the_password_of_the_writers_only(self):
        for service in SERVICES:
            mounts = [mount["Destination"] for mount in self.stack.inspect(service)["Mounts"]]
            self.assertEqual(mounts, ["/run/secrets/writer_password"])

    def test_who_looks_from_outside_may_only_read(self):
        seen = self.stack.look()
        self.assertEqual(seen.returncode, 0, seen)
        self.assertEqual([line.split()[0] for line in seen.stdout.splitlines()], list(SERVICES))
        key = "health:ingestion"
        script = "import redis; r = redis.Redis(username='probe', password=open(0).read()); "
        read = self.stack.python("redis", script + f"print(r.getrange('{key}', 0, 7))", "probe")
        self.assertIn("status", read.stdout)
        for attempt in (f"r.setex('{key}', 9, 1)", f"r.delete('{key}')", "r.get('other')", "r.keys()"):
            refused = self.stack.python("redis", script + attempt, "probe")
            self.assertIn("NoPermissionError", refused.stderr, attempt)

    def test_without_a_password_redis_says_pong_and_nothing_else(self):
        script = "import redis; r = redis.Redis(); print(r.ping()); r.getrange('health:ingestion', 0, 1)"
        found = self.stack.python("redis", script)
        self.assertEqual(found.stdout, "True\n")
        self.assertIn("NoPermissionError", found.stderr)
